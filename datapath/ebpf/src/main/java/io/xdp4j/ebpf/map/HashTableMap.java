package io.xdp4j.ebpf.map;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;
import org.jspecify.annotations.Nullable;

/// What all hash maps share: finding, linking and freeing elements, and the users' side.
///
/// As in the kernel, replacing a value makes a new element: who holds a pointer to the old value
/// keeps reading the old bytes until the element is reused, at the latest with this CPU's next
/// replacement. Memory grows by slabs with or without `BPF_F_NO_PREALLOC`; the limit is exact.
///
/// Thread: any.
/// Kernel: kernel/bpf/hashtab.c.
public abstract sealed class HashTableMap extends BpfMap
        permits HashMap, PercpuHashMap, LruHashMap, LruPercpuHashMap, HashOfMaps {
    final Buckets buckets;
    final ElementPool pool;
    final ValueShape shape;
    final int valueOffset;
    final int refOffset;
    private final int keySize;
    private final MapEnvironment environment;
    private final HashLookup lookup;

    HashTableMap(MapSpec spec, int id, int cpus, MapEnvironment environment, int cellSize) {
        super(spec, id, cpus);
        this.environment = environment;
        boolean isLru = this instanceof LruHashMap || this instanceof LruPercpuHashMap;
        HashLayout layout = HashLayout.of(spec.keySize(), cellSize, spec.type().isPerCpu(), isLru);
        valueOffset = layout.valueOffset();
        refOffset = layout.refOffset();
        keySize = spec.keySize();
        shape = new ValueShape(spec);
        long seed = (spec.flags() & MapFlags.ZERO_SEED) != 0 ? 0 : Seeds.next();
        buckets = Buckets.of(memory(), spec.maxEntries(), keySize, seed);
        pool =
                new ElementPool(
                        memory(),
                        layout.stride(),
                        isLru ? LruLists.elements(spec, cpus) : spec.maxEntries(),
                        cpus,
                        layout.percpuStride() == 0 ? 0 : valueOffset,
                        layout.percpuStride());
        lookup = newLookup();
    }

    /// What finds values in this map; called once all other fields are set.
    abstract HashLookup newLookup();

    /// The look-up, for compiled programs.
    public final HashLookup lookup() {
        return lookup;
    }

    // ---- hot path

    @Override
    @HotPath
    public long lookup(long key, int cpu) {
        return lookup.lookup(key, cpu);
    }

    /// 0, or the error for these flags given that there is an entry or not.
    @HotPath
    static int flagsError(boolean isThere, long flags) {
        if (isThere) {
            return (flags & MapFlags.NOEXIST) != 0 ? -Errno.EEXIST : 0;
        }
        return (flags & MapFlags.EXIST) != 0 ? -Errno.ENOENT : 0;
    }

    /// Flags that no entry could make right.
    @HotPath
    final boolean areBadFlags(long flags) {
        return Long.compareUnsigned(flags & ~MapFlags.LOCK, MapFlags.EXIST) > 0
                || ((flags & MapFlags.LOCK) != 0 && !shape.hasLock());
    }

    /// Writes what identifies an element that is not linked yet.
    @HotPath
    final void label(long element, int hash, long key) {
        RawMemory.putInt(element + ElementPool.HASH, hash);
        RawMemory.copy(key, element + ElementPool.KEY, keySize);
    }

    @Override
    @HotPath
    public int delete(long key, int cpu) {
        int hash = buckets.hash(key);
        long bucket = buckets.lock(hash);
        long link = buckets.linkTo(bucket, hash, key);
        if (link == 0) {
            buckets.unlock(bucket);
            return -Errno.ENOENT;
        }
        long element = Buckets.target(link);
        Buckets.remove(link);
        buckets.unlock(bucket);
        free(element, cpu);
        return 0;
    }

    /// Gives an unlinked element back, and what its fields hold.
    @HotPath
    void free(long element, int cpu) {
        releaseFields(element);
        pool.give(element, cpu);
    }

    @HotPath
    final void releaseFields(long element) {
        if (!shape.isPlain()) {
            shape.release(this, environment, element + valueOffset);
        }
    }

    @Override
    public boolean owns(long address, int size) {
        return pool.owns(address, size, valueOffset, valueSize());
    }

    @Override
    public long valueAround(long address) {
        return pool.valueAround(address, valueOffset);
    }

    // ---- users

    /// The bytes of an element as users see them.
    byte[] toUser(long element, boolean isLocked) {
        return shape.toUser(element + valueOffset, isLocked);
    }

    @Override
    byte @Nullable [] userLookup(long key, long flags) {
        long element = buckets.find(key);
        return element == 0 ? null : toUser(element, (flags & MapFlags.LOCK) != 0);
    }

    @Override
    byte @Nullable [] userTake(long key) {
        int hash = buckets.hash(key);
        long bucket = buckets.lock(hash);
        long link = buckets.linkTo(bucket, hash, key);
        if (link == 0) {
            buckets.unlock(bucket);
            return null;
        }
        long element = Buckets.target(link);
        Buckets.remove(link);
        buckets.unlock(bucket);
        byte[] value = toUser(element, false);
        free(element, userCpu());
        return value;
    }

    @Override
    int userNextKey(long key, long next) {
        long element = key == 0 ? 0 : buckets.find(key);
        long from = element == 0 ? buckets.first(0) : RawMemory.getLong(element);
        long found = buckets.elementFrom(from);
        if (found == 0) {
            return -Errno.ENOENT;
        }
        RawMemory.copy(found + ElementPool.KEY, next, keySize);
        return 0;
    }

    /// Exact when nothing changes meanwhile: a walk beside writers may meet an entry twice, and is cut
    /// off at what the map can hold.
    @Override
    public int count() {
        int count = 0;
        long at = buckets.elementFrom(buckets.first(0));
        while (at != 0 && count < maxEntries()) {
            count++;
            at = buckets.elementFrom(RawMemory.getLong(at));
        }
        return count;
    }
}
