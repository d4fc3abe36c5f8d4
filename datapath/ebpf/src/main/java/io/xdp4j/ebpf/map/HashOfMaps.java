package io.xdp4j.ebpf.map;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawAtomics;
import io.xdp4j.ebpf.memory.RawMemory;
import org.jspecify.annotations.Nullable;

/// A hash map of maps: programs get an inner map's handle, users store its descriptor and read its
/// id.
///
/// Thread: any.
/// Kernel: `htab_of_maps_map_ops`, kernel/bpf/hashtab.c.
public final class HashOfMaps extends HashTableMap {
    private final MapEnvironment environment;

    HashOfMaps(MapSpec spec, int id, int cpus, MapEnvironment environment) {
        super(spec, id, cpus, environment, Long.BYTES);
        this.environment = environment;
    }

    @Override
    HashLookup newLookup() {
        return new HashLookup.Handle(buckets, valueOffset);
    }

    @Override
    @HotPath
    public int update(long key, long value, long flags, int cpu) {
        return -Errno.EPERM;
    }

    @Override
    public boolean owns(long address, int size) {
        return false;
    }

    @Override
    int userUpdate(long key, long value, long flags) {
        long handle = InnerMaps.resolve(spec(), environment, value);
        if (handle < 0) {
            return (int) handle;
        }
        if (areBadFlags(flags)) {
            return -Errno.EINVAL;
        }
        int hash = buckets.hash(key);
        long bucket = buckets.lock(hash);
        long link = buckets.linkTo(bucket, hash, key);
        int result = flagsError(link != 0, flags);
        if (result == 0 && link != 0) {
            RawAtomics.storeRelease64(Buckets.target(link) + valueOffset, handle);
        } else if (result == 0) {
            result = insert(bucket, hash, key, handle);
        }
        buckets.unlock(bucket);
        return result;
    }

    @HotPath
    private int insert(long bucket, int hash, long key, long handle) {
        long fresh = pool.take(userCpu());
        if (fresh == 0) {
            return -Errno.E2BIG;
        }
        label(fresh, hash, key);
        RawMemory.putLong(fresh + valueOffset, handle);
        Buckets.insert(bucket, fresh);
        return 0;
    }

    @Override
    byte @Nullable [] userTake(long key) {
        throw failure(Errno.ENOTSUPP, "no lookup-and-delete");
    }

    @Override
    byte[] toUser(long element, boolean isLocked) {
        return InnerMaps.toUser(RawMemory.getLong(element + valueOffset));
    }
}
