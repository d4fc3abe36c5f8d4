package io.xdp4j.ebpf.map;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.HotPath;

/// A hash map.
///
/// Thread: any.
/// Kernel: `htab_map_ops`, kernel/bpf/hashtab.c.
public final class HashMap extends HashTableMap {
    HashMap(MapSpec spec, int id, int cpus, MapEnvironment environment) {
        super(spec, id, cpus, environment, spec.valueSize());
    }

    @Override
    HashLookup newLookup() {
        return new HashLookup.Plain(buckets, valueOffset);
    }

    @Override
    @HotPath
    public int update(long key, long value, long flags, int cpu) {
        if (areBadFlags(flags)) {
            return -Errno.EINVAL;
        }
        int hash = buckets.hash(key);
        long bucket = buckets.lock(hash);
        long link = buckets.linkTo(bucket, hash, key);
        int result = flagsError(link != 0, flags);
        if (result != 0) {
            buckets.unlock(bucket);
            return result;
        }
        return link == 0
                ? insert(bucket, hash, key, value, cpu)
                : replace(bucket, link, hash, key, value, flags, cpu);
    }

    @HotPath
    private int insert(long bucket, int hash, long key, long value, int cpu) {
        long fresh = pool.take(cpu);
        if (fresh == 0) {
            buckets.unlock(bucket);
            return -Errno.E2BIG;
        }
        label(fresh, hash, key);
        shape.initialise(value, fresh + valueOffset);
        Buckets.insert(bucket, fresh);
        buckets.unlock(bucket);
        return 0;
    }

    @HotPath
    private int replace(
            long bucket, long link, int hash, long key, long value, long flags, int cpu) {
        if ((flags & MapFlags.LOCK) != 0) {
            shape.copyInLocked(value, Buckets.target(link) + valueOffset);
            buckets.unlock(bucket);
            return 0;
        }
        long old = Buckets.target(link);
        long fresh = pool.takeSpare(cpu);
        label(fresh, hash, key);
        shape.initialise(value, fresh + valueOffset);
        Buckets.replace(link, fresh);
        buckets.unlock(bucket);
        releaseFields(old);
        pool.returnSpare(old, cpu);
        return 0;
    }
}
