package io.xdp4j.ebpf.map;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;

/// A hash map with a value for each CPU that is never full.
///
/// Thread: any.
/// Kernel: `htab_lru_percpu_map_ops`, kernel/bpf/hashtab.c.
public final class LruPercpuHashMap extends HashTableMap {
    private final LruClock clock;
    private final long cpuStride;

    LruPercpuHashMap(MapSpec spec, int id, int cpus, MapEnvironment environment) {
        super(spec, id, cpus, environment, spec.valueSize());
        clock = new LruClock(memory(), buckets, pool, refOffset);
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
        for (int attempt = 0; attempt < LruHashMap.ATTEMPTS; attempt++) {
            int result = tryUpdate(key, value, flags, cpu, isForAll);
            if (result <= 0) {
                return result;
            }
        }
        return -Errno.ENOMEM;
    }

    @HotPath
    private int tryUpdate(long key, long value, long flags, int cpu, boolean isForAll) {
        int error = flagsError(buckets.find(key) != 0, flags);
        if (error != 0) {
            return error;
        }
        int hash = buckets.hash(key);
        if (updateExisting(key, hash, value, cpu, isForAll)) {
            return 0;
        }
        if ((flags & MapFlags.EXIST) != 0) {
            return -Errno.ENOENT;
        }
        long fresh = pool.take(cpu);
        fresh = fresh == 0 ? clock.evict() : fresh;
        return fresh == 0 ? 1 : insert(fresh, key, hash, value, cpu, isForAll);
    }

    @HotPath
    private boolean updateExisting(long key, int hash, long value, int cpu, boolean isForAll) {
        long bucket = buckets.lock(hash);
        long link = buckets.linkTo(bucket, hash, key);
        if (link != 0) {
            long element = Buckets.target(link);
            long values = RawMemory.getLong(element + valueOffset);
            PercpuValues.put(this, values, cpuStride, value, cpu, isForAll);
            clock.mark(element, LruClock.SEEN);
        }
        buckets.unlock(bucket);
        return link != 0;
    }

    /// Positive when the key came meanwhile.
    @HotPath
    private int insert(long fresh, long key, int hash, long value, int cpu, boolean isForAll) {
        label(fresh, hash, key);
        long values = RawMemory.getLong(fresh + valueOffset);
        PercpuValues.initialise(this, values, cpuStride, value, cpu, isForAll);
        clock.mark(fresh, LruClock.LIVE);
        long bucket = buckets.lock(hash);
        boolean isFree = buckets.linkTo(bucket, hash, key) == 0;
        if (isFree) {
            Buckets.insert(bucket, fresh);
        }
        buckets.unlock(bucket);
        if (!isFree) {
            free(fresh, cpu);
        }
        return isFree ? 0 : 1;
    }

    @Override
    @HotPath
    void free(long element, int cpu) {
        clock.mark(element, LruClock.FREE);
        super.free(element, cpu);
    }

    @Override
    byte[] toUser(long element, boolean isLocked) {
        return PercpuValues.toUser(this, RawMemory.getLong(element + valueOffset), cpuStride);
    }
}
