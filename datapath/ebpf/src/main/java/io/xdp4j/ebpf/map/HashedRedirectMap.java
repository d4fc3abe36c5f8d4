package io.xdp4j.ebpf.map;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;
import org.jspecify.annotations.Nullable;

/// A devmap_hash: devices under any number.
///
/// Thread: look-ups any; changes by users.
/// Kernel: `dev_map_hash_ops`, kernel/bpf/devmap.c.
public final class HashedRedirectMap extends RedirectMap {
    private static final int VALUE = ElementPool.KEY + 8;
    private static final int STRIDE = 32;

    private final Buckets buckets;
    private final ElementPool pool;
    private final @Nullable Backend backend;

    HashedRedirectMap(MapSpec spec, int id, int cpus, @Nullable Backend backend) {
        super(spec, id, cpus);
        this.backend = backend;
        buckets = Buckets.of(memory(), spec.maxEntries(), 4, Seeds.next());
        pool = new ElementPool(memory(), STRIDE, spec.maxEntries(), cpus, 0, 0);
        if (backend != null) {
            backend.whenGone(this::forget);
        }
    }

    private void forget(int key) {
        long element = buckets.find4(key);
        if (element != 0) {
            remove(element + ElementPool.KEY);
        }
    }

    @Override
    @HotPath
    public long redirectFlags() {
        return BROADCAST | EXCLUDE_INGRESS;
    }

    @Override
    @HotPath
    public boolean hasEntry(int key) {
        return buckets.find4(key) != 0;
    }

    @Override
    public @Nullable Backend backend() {
        return backend;
    }

    // ---- programs

    @Override
    @HotPath
    public long lookup(long key, int cpu) {
        long element = buckets.find(key);
        return element == 0 ? 0 : element + VALUE;
    }

    @Override
    @HotPath
    public int update(long key, long value, long flags, int cpu) {
        return -Errno.EPERM;
    }

    @Override
    @HotPath
    public int delete(long key, int cpu) {
        return -Errno.EPERM;
    }

    @Override
    public boolean owns(long address, int size) {
        return pool.owns(address, size, VALUE, valueSize());
    }

    // ---- users

    @Override
    byte @Nullable [] userLookup(long key, long flags) {
        long at = lookup(key, userCpu());
        return at == 0 ? null : RedirectRules.toUser(spec(), at);
    }

    @Override
    int userUpdate(long key, long value, long flags) {
        int ifindex = RawMemory.getInt(value);
        if (RedirectRules.areBadFlags(flags) || ifindex == 0) {
            return -Errno.EINVAL;
        }
        long there = buckets.find(key);
        if (there != 0 && flags == MapFlags.NOEXIST) {
            return -Errno.EEXIST;
        }
        int program = RedirectRules.program(spec(), value);
        long both = (ifindex & 0xffff_ffffL) | ((long) Math.max(program, 0) << 32);
        return there != 0
                ? replace(there, key, ifindex, program, both)
                : insert(key, ifindex, program, both);
    }

    @HotPath
    private int replace(long element, long key, int ifindex, int program, long both) {
        int error = RedirectRules.backendError(backend, RawMemory.getInt(key), ifindex, program);
        if (error == 0) {
            RawMemory.putLong(element + VALUE, both);
        }
        return error;
    }

    @HotPath
    private int insert(long key, int ifindex, int program, long both) {
        int error = RedirectRules.backendError(backend, RawMemory.getInt(key), ifindex, program);
        if (error != 0) {
            return error;
        }
        long fresh = pool.take(userCpu());
        if (fresh == 0) {
            // The kernel looks at the device before it counts.
            if (backend != null) {
                backend.clear(RawMemory.getInt(key));
            }
            return -Errno.E2BIG;
        }
        int hash = buckets.hash(key);
        RawMemory.putInt(fresh + ElementPool.HASH, hash);
        RawMemory.putInt(fresh + ElementPool.KEY, RawMemory.getInt(key));
        RawMemory.putLong(fresh + VALUE, both);
        long bucket = buckets.lock(hash);
        Buckets.insert(bucket, fresh);
        buckets.unlock(bucket);
        return 0;
    }

    @Override
    int userDelete(long key) {
        if (!remove(key)) {
            return -Errno.ENOENT;
        }
        if (backend != null) {
            backend.clear(RawMemory.getInt(key));
        }
        return 0;
    }

    /// Takes out the element whose key stands at an address; false when there is none.
    private boolean remove(long key) {
        int hash = buckets.hash(key);
        long bucket = buckets.lock(hash);
        long link = buckets.linkTo(bucket, hash, key);
        if (link == 0) {
            buckets.unlock(bucket);
            return false;
        }
        long element = Buckets.target(link);
        Buckets.remove(link);
        buckets.unlock(bucket);
        pool.give(element, userCpu());
        return true;
    }

    @Override
    int userNextKey(long key, long next) {
        long element = key == 0 ? 0 : buckets.find(key);
        long found =
                buckets.elementFrom(element == 0 ? buckets.first(0) : RawMemory.getLong(element));
        if (found == 0) {
            return -Errno.ENOENT;
        }
        RawMemory.putInt(next, RawMemory.getInt(found + ElementPool.KEY));
        return 0;
    }

    @Override
    public void close() {
        if (backend != null) {
            backend.close();
        }
        super.close();
    }
}
