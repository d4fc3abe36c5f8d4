package io.xdp4j.ebpf.map;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.MapException;
import io.xdp4j.ebpf.UnsupportedException;

/// Makes live maps of specs, with the kernel's checks.
///
/// Kernel: `map_create`, kernel/bpf/syscall.c.
public final class MapFactory {
    private MapFactory() {}

    /// A map in a world without other maps, programs and devices.
    public static BpfMap create(MapSpec spec, int id, int cpus) {
        return create(spec, id, cpus, MapEnvironment.EMPTY);
    }

    /// A map in that environment.
    ///
    /// @param id unique in its runtime, 1 or more
    /// @param cpus CPUs that programs run on; per-CPU maps hold a value for each
    public static BpfMap create(MapSpec spec, int id, int cpus, MapEnvironment environment) {
        if (!environment.keepsUnbacked()) {
            requireSupported(spec);
        }
        CreationRules.check(spec);
        if (spec.maxEntries() < 0) {
            throw new MapException(
                    Errno.ENOMEM,
                    "map " + spec.name() + ": over 2147483647 entries (expected: fewer)");
        }
        try {
            return make(spec, id, cpus, environment);
        } catch (OutOfMemoryError | ArithmeticException e) {
            throw new MapException(
                    Errno.ENOMEM,
                    "map "
                            + spec.name()
                            + ": no memory for "
                            + spec.maxEntries()
                            + " values of "
                            + spec.valueSize()
                            + " bytes; set fewer max_entries ("
                            + e.getMessage()
                            + ")");
        }
    }

    private static void requireSupported(MapSpec spec) {
        switch (spec.type()) {
            case SK_STORAGE, INODE_STORAGE, TASK_STORAGE, CGRP_STORAGE, STRUCT_OPS, ARENA ->
                    throw new UnsupportedException(
                            "map "
                                    + spec.name()
                                    + ": type "
                                    + spec.type().text()
                                    + " hangs on kernel objects that do not exist here");
            default -> {}
        }
    }

    private static BpfMap make(MapSpec spec, int id, int cpus, MapEnvironment environment) {
        return switch (spec.type()) {
            case HASH -> new HashMap(spec, id, cpus, environment);
            case ARRAY -> new ArrayMap(spec, id, cpus, environment);
            case PERCPU_HASH -> new PercpuHashMap(spec, id, cpus, environment);
            case PERCPU_ARRAY -> new PercpuArrayMap(spec, id, cpus, environment);
            case LRU_HASH -> new LruHashMap(spec, id, cpus, environment);
            case LRU_PERCPU_HASH -> new LruPercpuHashMap(spec, id, cpus, environment);
            case PROG_ARRAY -> new ProgArrayMap(spec, id, cpus, environment);
            case PERF_EVENT_ARRAY -> new PerfEventArrayMap(spec, id, cpus, environment);
            case ARRAY_OF_MAPS -> new ArrayOfMaps(spec, id, cpus, environment);
            case HASH_OF_MAPS -> new HashOfMaps(spec, id, cpus, environment);
            case DEVMAP, CPUMAP, XSKMAP ->
                    new IndexedRedirectMap(spec, id, cpus, environment.backend(spec, id));
            case DEVMAP_HASH ->
                    new HashedRedirectMap(spec, id, cpus, environment.backend(spec, id));
            case CGROUP_ARRAY, SOCKMAP, REUSEPORT_SOCKARRAY ->
                    new ObjectArrayMap(spec, id, cpus, environment);
            case LPM_TRIE -> new LpmTrieMap(spec, id, cpus, environment);
            case QUEUE, STACK -> new QueueStackMap(spec, id, cpus);
            case BLOOM_FILTER -> new BloomFilterMap(spec, id, cpus);
            case RINGBUF -> new RingBufferMap(spec, id, cpus);
            case USER_RINGBUF -> new UserRingBufferMap(spec, id, cpus);
            default -> new InertMap(spec, id, cpus);
        };
    }
}
