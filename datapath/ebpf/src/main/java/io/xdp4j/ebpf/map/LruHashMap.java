package io.xdp4j.ebpf.map;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.HotPath;

/// A hash map that is never full: it forgets entries that were not looked up lately.
///
/// Thread: any.
/// Kernel: `htab_lru_map_ops`, kernel/bpf/hashtab.c.
public final class LruHashMap extends HashTableMap {
    /// Times an update looks for an entry to evict while others take what it finds.
    static final int ATTEMPTS = 64;

    private final LruClock clock;

    LruHashMap(MapSpec spec, int id, int cpus, MapEnvironment environment) {
        super(spec, id, cpus, environment, spec.valueSize());
        clock = new LruClock(memory(), buckets, pool, refOffset);
    }

    @Override
    HashLookup newLookup() {
        return new HashLookup.Lru(new HashLookup.Plain(buckets, valueOffset), refOffset);
    }

    @Override
    @HotPath
    public int update(long key, long value, long flags, int cpu) {
        // The kernel's LRU maps know no BPF_F_LOCK.
        if (Long.compareUnsigned(flags, MapFlags.EXIST) > 0) {
            return -Errno.EINVAL;
        }
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int result = tryUpdate(key, value, flags, cpu);
            if (result <= 0) {
                return result;
            }
        }
        return -Errno.ENOMEM;
    }

    /// Positive when the entry came or went meanwhile, or nothing could be evicted.
    @HotPath
    private int tryUpdate(long key, long value, long flags, int cpu) {
        boolean wasThere = buckets.find(key) != 0;
        int error = flagsError(wasThere, flags);
        if (error != 0) {
            return error;
        }
        long fresh = wasThere ? pool.takeSpare(cpu) : obtain(cpu);
        if (fresh == 0) {
            return 1;
        }
        int hash = buckets.hash(key);
        label(fresh, hash, key);
        shape.initialise(value, fresh + valueOffset);
        clock.mark(fresh, wasThere ? LruClock.SEEN : LruClock.LIVE);
        long old = link(fresh, hash, key, wasThere);
        if (wasThere) {
            clock.mark(old, LruClock.FREE);
            if (old != fresh) {
                releaseFields(old);
            }
            pool.returnSpare(old, cpu);
        } else if (old == fresh) {
            clock.mark(fresh, LruClock.FREE);
            pool.give(fresh, cpu);
        }
        return old == fresh ? 1 : 0;
    }

    /// Puts the new element in; returns the one it replaced, or 0, or itself when it does not fit
    /// what is there.
    @HotPath
    private long link(long fresh, int hash, long key, boolean replaces) {
        long bucket = buckets.lock(hash);
        long link = buckets.linkTo(bucket, hash, key);
        long old = fresh;
        if (replaces && link != 0) {
            old = Buckets.target(link);
            Buckets.replace(link, fresh);
        } else if (!replaces && link == 0) {
            old = 0;
            Buckets.insert(bucket, fresh);
        }
        buckets.unlock(bucket);
        return old;
    }

    @HotPath
    private long obtain(int cpu) {
        long element = pool.take(cpu);
        if (element != 0) {
            return element;
        }
        element = clock.evict();
        if (element != 0) {
            releaseFields(element);
        }
        return element;
    }

    @Override
    @HotPath
    void free(long element, int cpu) {
        clock.mark(element, LruClock.FREE);
        super.free(element, cpu);
    }
}
