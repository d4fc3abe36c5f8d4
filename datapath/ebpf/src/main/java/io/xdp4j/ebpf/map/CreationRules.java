package io.xdp4j.ebpf.map;

import static io.xdp4j.ebpf.map.MapFlags.INNER_MAP;
import static io.xdp4j.ebpf.map.MapFlags.MMAPABLE;
import static io.xdp4j.ebpf.map.MapFlags.NO_COMMON_LRU;
import static io.xdp4j.ebpf.map.MapFlags.NO_PREALLOC;
import static io.xdp4j.ebpf.map.MapFlags.NUMA_NODE;
import static io.xdp4j.ebpf.map.MapFlags.PRESERVE_ELEMS;
import static io.xdp4j.ebpf.map.MapFlags.RDONLY;
import static io.xdp4j.ebpf.map.MapFlags.RDONLY_PROG;
import static io.xdp4j.ebpf.map.MapFlags.STACK_BUILD_ID;
import static io.xdp4j.ebpf.map.MapFlags.WRONLY;
import static io.xdp4j.ebpf.map.MapFlags.WRONLY_PROG;
import static io.xdp4j.ebpf.map.MapFlags.ZERO_SEED;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.MapException;

/// Which maps the kernel creates, and with what number it refuses the others.
///
/// Kernel: `map_create` and the types' `map_alloc_check`; checked against Linux 6.18.
final class CreationRules {
    private static final int PAGE = 4096;

    /// `KMALLOC_MAX_SIZE`
    private static final int LARGEST_OBJECT = 4 << 20;

    /// `sizeof(struct htab_elem)`
    private static final int HASH_ELEMENT_BYTES = 48;

    /// The kernel's buckets of 16 bytes, a power of two of them, take less than 4 GiB.
    private static final long MOST_HASH_ENTRIES = 1L << 27;

    /// `LPM_VAL_SIZE_MAX`
    private static final int LARGEST_LPM_VALUE = LARGEST_OBJECT - 280;

    /// `PCPU_MIN_UNIT_SIZE`
    private static final int LARGEST_PERCPU_VALUE = 32 << 10;

    /// What is left of a cgroup storage's 64 KB.
    private static final int LARGEST_CGROUP_VALUE = 65407;

    /// `BPF_LOCAL_STORAGE_MAX_VALUE_SIZE`
    private static final int LARGEST_STORAGE_VALUE = (4 << 20) - 1024;

    /// `BPF_F_CLONE`, `BPF_F_SEGV_ON_FAULT`, `BPF_F_NO_USER_CONV`
    private static final int CLONE = 1 << 9;

    private static final int SEGV_ON_FAULT = 1 << 17;
    private static final int NO_USER_CONV = 1 << 18;

    /// `NR_CPUS` of the kernel compared with.
    private static final int MOST_CPUS = 256;

    private static final int LARGEST_SOCKHASH_KEY = 512;
    private static final int MOST_BLOOM_HASHES = 15;
    private static final int MOST_STACK_FRAMES = 127;

    private static final int FOR_USERS = RDONLY | WRONLY;
    private static final int FOR_ALL = FOR_USERS | RDONLY_PROG | WRONLY_PROG;

    private CreationRules() {}

    /// Fails: [MapException] as `bpf(BPF_MAP_CREATE)` would.
    static void check(MapSpec spec) {
        int errno = errno(spec);
        if (errno != 0) {
            throw new MapException(errno, describe(spec));
        }
    }

    private static String describe(MapSpec spec) {
        return "map "
                + spec.name()
                + ": a "
                + spec.type().text()
                + " cannot have key size "
                + Integer.toUnsignedString(spec.keySize())
                + ", value size "
                + Integer.toUnsignedString(spec.valueSize())
                + ", max_entries "
                + Integer.toUnsignedString(spec.maxEntries())
                + ", flags 0x"
                + Integer.toHexString(spec.flags())
                + inner(spec)
                + (isUnsized(spec) ? "; the loader is to set the size (map_max_entries)" : "");
    }

    private static String inner(MapSpec spec) {
        MapSpec inner = spec.inner();
        if (!spec.type().holdsMaps()) {
            return "";
        }
        return inner == null
                ? " and no inner map; the loader is to give one of the shape of its entries"
                : ", inner map a " + inner.type().text();
    }

    private static boolean isUnsized(MapSpec spec) {
        return spec.maxEntries() == 0 && shapeErrno(spec.withMaxEntries(1)) == 0;
    }

    private static int errno(MapSpec spec) {
        int flags = spec.flags();
        if ((flags & ~flags(spec.type())) != 0
                || (flags & FOR_USERS) == FOR_USERS
                || (flags & (RDONLY_PROG | WRONLY_PROG)) == (RDONLY_PROG | WRONLY_PROG)
                || (spec.mapExtra() != 0
                        && spec.type() != MapType.BLOOM_FILTER
                        && spec.type() != MapType.ARENA)) {
            return Errno.EINVAL;
        }
        int errno = shapeErrno(spec);
        return errno == 0 && spec.type().holdsMaps() ? innerErrno(spec) : errno;
    }

    private static int flags(MapType type) {
        return switch (type) {
            case HASH, HASH_OF_MAPS -> NO_PREALLOC | NUMA_NODE | ZERO_SEED | FOR_ALL;
            case PERCPU_HASH -> NO_PREALLOC | ZERO_SEED | FOR_ALL;
            case LRU_HASH -> NO_PREALLOC | NO_COMMON_LRU | NUMA_NODE | ZERO_SEED | FOR_ALL;
            case LRU_PERCPU_HASH -> NO_PREALLOC | NO_COMMON_LRU | ZERO_SEED | FOR_ALL;
            case ARRAY -> NUMA_NODE | FOR_ALL | MMAPABLE | INNER_MAP;
            case PERCPU_ARRAY -> FOR_ALL;
            case PERF_EVENT_ARRAY -> NUMA_NODE | FOR_USERS | PRESERVE_ELEMS;
            case LPM_TRIE -> NO_PREALLOC | NUMA_NODE | FOR_ALL;
            case BLOOM_FILTER -> NUMA_NODE | FOR_ALL | ZERO_SEED;
            case QUEUE, STACK, REUSEPORT_SOCKARRAY, CGROUP_STORAGE, PERCPU_CGROUP_STORAGE ->
                    NUMA_NODE | FOR_ALL;
            case RINGBUF, USER_RINGBUF, CPUMAP -> NUMA_NODE;
            case STACK_TRACE -> NUMA_NODE | FOR_USERS | STACK_BUILD_ID;
            case PROG_ARRAY,
                    CGROUP_ARRAY,
                    ARRAY_OF_MAPS,
                    DEVMAP,
                    DEVMAP_HASH,
                    XSKMAP,
                    SOCKMAP,
                    SOCKHASH ->
                    NUMA_NODE | FOR_USERS;
            case SK_STORAGE, INODE_STORAGE, TASK_STORAGE, CGRP_STORAGE -> NO_PREALLOC | CLONE;
            case ARENA -> MMAPABLE | SEGV_ON_FAULT | NO_USER_CONV;
            case STRUCT_OPS -> 0;
        };
    }

    private static int shapeErrno(MapSpec spec) {
        return switch (spec.type()) {
            case HASH, PERCPU_HASH, LRU_HASH, LRU_PERCPU_HASH -> hash(spec);
            case HASH_OF_MAPS -> spec.valueSize() == 4 ? hash(spec) : Errno.EINVAL;
            case ARRAY, PERCPU_ARRAY -> array(spec);
            case PROG_ARRAY, PERF_EVENT_ARRAY, CGROUP_ARRAY, ARRAY_OF_MAPS, XSKMAP ->
                    words(spec, 4, 4);
            case DEVMAP, SOCKMAP, DEVMAP_HASH, REUSEPORT_SOCKARRAY -> words(spec, 4, 8);
            case CPUMAP -> cpumap(spec);
            case SOCKHASH -> sockhash(spec);
            case LPM_TRIE -> lpm(spec);
            case QUEUE, STACK -> queue(spec);
            case BLOOM_FILTER -> bloom(spec);
            case RINGBUF, USER_RINGBUF -> ring(spec);
            case CGROUP_STORAGE, PERCPU_CGROUP_STORAGE -> cgroupStorage(spec);
            case STACK_TRACE -> stackTrace(spec);
            case SK_STORAGE, INODE_STORAGE, TASK_STORAGE, CGRP_STORAGE -> objectStorage(spec);
            case ARENA -> arena(spec);
            case STRUCT_OPS -> Errno.EINVAL;
        };
    }

    private static int hash(MapSpec spec) {
        boolean isLru = spec.type() == MapType.LRU_HASH || spec.type() == MapType.LRU_PERCPU_HASH;
        if (isLru && (spec.flags() & NO_PREALLOC) != 0) {
            return Errno.ENOTSUPP;
        }
        if (spec.maxEntries() == 0 || spec.keySize() == 0 || spec.valueSize() == 0) {
            return Errno.EINVAL;
        }
        long bytes = unsigned(spec.keySize()) + unsigned(spec.valueSize());
        return bytes >= LARGEST_OBJECT - HASH_ELEMENT_BYTES
                        || isPercpuTooLarge(spec)
                        || unsigned(spec.maxEntries()) > MOST_HASH_ENTRIES
                ? Errno.E2BIG
                : 0;
    }

    private static boolean isPercpuTooLarge(MapSpec spec) {
        return spec.type().isPerCpu() && unsigned(spec.valueSize()) > LARGEST_PERCPU_VALUE;
    }

    private static int array(MapSpec spec) {
        if (spec.maxEntries() == 0 || spec.keySize() != 4 || spec.valueSize() == 0) {
            return Errno.EINVAL;
        }
        return spec.valueSize() < 0 || isPercpuTooLarge(spec) ? Errno.E2BIG : 0;
    }

    private static int words(MapSpec spec, int valueSize, int orValueSize) {
        boolean isValue = spec.valueSize() == valueSize || spec.valueSize() == orValueSize;
        return spec.maxEntries() == 0 || spec.keySize() != 4 || !isValue ? Errno.EINVAL : 0;
    }

    private static int cpumap(MapSpec spec) {
        int errno = words(spec, 4, 8);
        return errno == 0 && unsigned(spec.maxEntries()) > MOST_CPUS ? Errno.E2BIG : errno;
    }

    private static int sockhash(MapSpec spec) {
        boolean isValue = spec.valueSize() == 4 || spec.valueSize() == 8;
        if (spec.maxEntries() == 0 || spec.keySize() == 0 || !isValue) {
            return Errno.EINVAL;
        }
        return unsigned(spec.keySize()) > LARGEST_SOCKHASH_KEY ? Errno.E2BIG : 0;
    }

    private static int lpm(MapSpec spec) {
        boolean isKey = spec.keySize() > LpmTrieMap.PREFIX_BYTES && spec.keySize() <= 260;
        boolean isValue = spec.valueSize() > 0 && spec.valueSize() <= LARGEST_LPM_VALUE;
        boolean isAllocatedLate = (spec.flags() & NO_PREALLOC) != 0;
        return spec.maxEntries() == 0 || !isAllocatedLate || !isKey || !isValue ? Errno.EINVAL : 0;
    }

    private static int queue(MapSpec spec) {
        if (spec.maxEntries() == 0 || spec.keySize() != 0 || spec.valueSize() == 0) {
            return Errno.EINVAL;
        }
        return unsigned(spec.valueSize()) > LARGEST_OBJECT ? Errno.E2BIG : 0;
    }

    private static int bloom(MapSpec spec) {
        if (spec.mapExtra() < 0 || spec.mapExtra() > MOST_BLOOM_HASHES) {
            return Errno.EINVAL;
        }
        return queue(spec);
    }

    private static int ring(MapSpec spec) {
        boolean isSize =
                Integer.bitCount(spec.maxEntries()) == 1 && (spec.maxEntries() & (PAGE - 1)) == 0;
        return isSize && spec.keySize() == 0 && spec.valueSize() == 0 ? 0 : Errno.EINVAL;
    }

    private static int cgroupStorage(MapSpec spec) {
        boolean isKey = spec.keySize() == 8 || spec.keySize() == 16;
        if (!isKey || spec.valueSize() == 0) {
            return Errno.EINVAL;
        }
        if (unsigned(spec.valueSize()) > LARGEST_CGROUP_VALUE || isPercpuTooLarge(spec)) {
            return Errno.E2BIG;
        }
        return spec.maxEntries() == 0 ? 0 : Errno.EINVAL;
    }

    private static int objectStorage(MapSpec spec) {
        boolean typed = spec.btfKeyTypeId() != 0 && spec.btfValueTypeId() != 0;
        if ((spec.flags() & NO_PREALLOC) == 0
                || spec.maxEntries() != 0
                || spec.keySize() != 4
                || spec.valueSize() == 0
                || !typed) {
            return Errno.EINVAL;
        }
        return unsigned(spec.valueSize()) > LARGEST_STORAGE_VALUE ? Errno.E2BIG : 0;
    }

    private static int arena(MapSpec spec) {
        boolean shaped = spec.keySize() == 0 && spec.valueSize() == 0 && spec.maxEntries() != 0;
        if (!shaped || (spec.flags() & MMAPABLE) == 0 || spec.mapExtra() % PAGE != 0) {
            return Errno.EINVAL;
        }
        return unsigned(spec.maxEntries()) * PAGE > 1L << 32 ? Errno.E2BIG : 0;
    }

    private static int stackTrace(MapSpec spec) {
        int frame = (spec.flags() & STACK_BUILD_ID) != 0 ? 32 : 8;
        boolean isValue =
                spec.valueSize() >= 8
                        && spec.valueSize() % frame == 0
                        && spec.valueSize() / frame <= MOST_STACK_FRAMES;
        return spec.maxEntries() == 0 || spec.keySize() != 4 || !isValue ? Errno.EINVAL : 0;
    }

    private static int innerErrno(MapSpec spec) {
        MapSpec inner = spec.inner();
        if (inner == null) {
            return Errno.EBADF;
        }
        if (inner.type().holdsMaps()) {
            return Errno.EINVAL;
        }
        return inner.type() == MapType.PROG_ARRAY ? Errno.ENOTSUPP : 0;
    }

    private static long unsigned(int value) {
        return value & 0xffff_ffffL;
    }
}
