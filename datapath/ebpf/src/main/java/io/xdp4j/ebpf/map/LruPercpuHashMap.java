package io.xdp4j.ebpf.map;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;

/// A hash map with a value for each CPU that is never full.
///
/// Thread: any.
/// Kernel: `htab_lru_percpu_map_ops`, kernel/bpf/hashtab.c.
public final class LruPercpuHashMap extends HashTableMap {
    private final LruLists lists;
    private final long cpuStride;

    LruPercpuHashMap(MapSpec spec, int id, int cpus, MapEnvironment environment) {
        super(spec, id, cpus, environment, spec.valueSize());
        lists = new LruLists(this, cpus);
        cpuStride = pool.cpuStride();
    }

    @Override
    HashLookup newLookup() {
        return new HashLookup.Lru(
                new HashLookup.PerCpu(buckets, valueOffset, pool.cpuStride()), refOffset);
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
        long fresh = flags == MapFlags.EXIST ? 0 : lists.take(cpu, hash);
        if (fresh == 0 && flags != MapFlags.EXIST) {
            return -Errno.ENOMEM;
        }
        if (fresh != 0) {
            label(fresh, hash, key);
        }
        long bucket = buckets.lock(hash);
        long link = buckets.linkTo(bucket, hash, key);
        int error = flagsError(link != 0, flags);
        boolean isNew = error == 0 && link == 0;
        if (isNew) {
            long values = RawMemory.getLong(fresh + valueOffset);
            PercpuValues.initialise(this, values, cpuStride, value, cpu, isForAll);
            Buckets.insert(bucket, fresh);
        } else if (error == 0) {
            long element = Buckets.target(link);
            LruLists.touch(element + refOffset);
            long values = RawMemory.getLong(element + valueOffset);
            PercpuValues.put(this, values, cpuStride, value, cpu, isForAll);
        }
        buckets.unlock(bucket);
        if (fresh != 0 && !isNew) {
            lists.give(fresh);
        }
        return error;
    }

    @Override
    @HotPath
    void free(long element, int cpu) {
        releaseFields(element);
        lists.give(element);
    }

    @Override
    byte[] toUser(long element, boolean isLocked) {
        return PercpuValues.toUser(this, RawMemory.getLong(element + valueOffset), cpuStride);
    }
}
