package io.xdp4j.ebpf.map;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.HotPath;

/// A hash map that is never full: it forgets entries that were not looked up lately.
///
/// Thread: any.
/// Kernel: `htab_lru_map_ops`, kernel/bpf/hashtab.c.
public final class LruHashMap extends HashTableMap {
    private final LruLists lists;

    LruHashMap(MapSpec spec, int id, int cpus, MapEnvironment environment) {
        super(spec, id, cpus, environment, spec.valueSize());
        lists = new LruLists(this, cpus);
    }

    @Override
    HashLookup newLookup() {
        return new HashLookup.Lru(new HashLookup.Plain(buckets, valueOffset), refOffset);
    }

    /// Takes a new element first, for an entry that is there too: that may evict another, as in the
    /// kernel.
    @Override
    @HotPath
    public int update(long key, long value, long flags, int cpu) {
        // The kernel's LRU maps know no BPF_F_LOCK.
        if (Long.compareUnsigned(flags, MapFlags.EXIST) > 0) {
            return -Errno.EINVAL;
        }
        int hash = buckets.hash(key);
        long fresh = lists.take(cpu, hash);
        if (fresh == 0) {
            return -Errno.ENOMEM;
        }
        label(fresh, hash, key);
        shape.initialise(value, fresh + valueOffset);
        long bucket = buckets.lock(hash);
        long link = buckets.linkTo(bucket, hash, key);
        long old = link == 0 ? 0 : Buckets.target(link);
        int error = flagsError(link != 0, flags);
        if (error == 0 && link == 0) {
            Buckets.insert(bucket, fresh);
        } else if (error == 0) {
            LruLists.touch(fresh + refOffset);
            Buckets.replace(link, fresh);
        }
        buckets.unlock(bucket);
        if (error != 0) {
            lists.give(fresh);
        } else if (old != 0) {
            free(old, cpu);
        }
        return error;
    }

    @Override
    @HotPath
    void free(long element, int cpu) {
        releaseFields(element);
        lists.give(element);
    }
}
