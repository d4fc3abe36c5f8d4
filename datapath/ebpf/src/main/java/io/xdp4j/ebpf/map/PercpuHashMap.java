package io.xdp4j.ebpf.map;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;

/// A hash map with a value for each CPU, each CPU's values in memory of their own.
///
/// Thread: any.
/// Kernel: `htab_percpu_map_ops`, kernel/bpf/hashtab.c.
public final class PercpuHashMap extends HashTableMap {
    private final long cpuStride;

    PercpuHashMap(MapSpec spec, int id, int cpus, MapEnvironment environment) {
        super(spec, id, cpus, environment, spec.valueSize());
        cpuStride = pool.cpuStride();
    }

    @Override
    HashLookup newLookup() {
        return new HashLookup.PerCpu(buckets, valueOffset, pool.cpuStride());
    }

    @Override
    @HotPath
    public int update(long key, long value, long flags, int cpu) {
        return update(key, value, flags, cpu, false);
    }

    @Override
    int userUpdate(long key, long value, long flags) {
        return update(key, value, flags, userCpu(), true);
    }

    @HotPath
    private int update(long key, long value, long flags, int cpu, boolean isForAll) {
        if (Long.compareUnsigned(flags, MapFlags.EXIST) > 0) {
            return -Errno.EINVAL;
        }
        int hash = buckets.hash(key);
        long bucket = buckets.lock(hash);
        long link = buckets.linkTo(bucket, hash, key);
        int result = flagsError(link != 0, flags);
        if (result == 0 && link != 0) {
            long values = RawMemory.getLong(Buckets.target(link) + valueOffset);
            PercpuValues.put(this, values, cpuStride, value, cpu, isForAll);
        } else if (result == 0) {
            result = insert(bucket, hash, key, value, cpu, isForAll);
        }
        buckets.unlock(bucket);
        return result;
    }

    @HotPath
    private int insert(long bucket, int hash, long key, long value, int cpu, boolean isForAll) {
        long fresh = pool.take(cpu);
        if (fresh == 0) {
            return -Errno.E2BIG;
        }
        label(fresh, hash, key);
        long values = RawMemory.getLong(fresh + valueOffset);
        PercpuValues.initialise(this, values, cpuStride, value, cpu, isForAll);
        Buckets.insert(bucket, fresh);
        return 0;
    }

    @Override
    byte[] toUser(long element, boolean isLocked) {
        return PercpuValues.toUser(this, RawMemory.getLong(element + valueOffset), cpuStride);
    }
}
