package io.xdp4j.ebpf.map;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;
import org.jspecify.annotations.Nullable;

/// An array of values that always exist; also the home of global variables.
///
/// Value `i` is at `valueBase() + i * elementStride()`, for the life of the map.
///
/// Thread: any.
/// Kernel: kernel/bpf/arraymap.c.
public final class ArrayMap extends BpfMap {
    private final long base;
    private final int stride;
    private final int entries;
    private final ValueShape shape;
    private final MapEnvironment environment;

    ArrayMap(MapSpec spec, int id, int cpus, MapEnvironment environment) {
        super(spec, id, cpus);
        this.environment = environment;
        shape = new ValueShape(spec);
        stride = (spec.valueSize() + 7) & -8;
        entries = spec.maxEntries();
        base = memory().allocate((long) stride * entries, 64);
    }

    @Override
    public long valueBase() {
        return base;
    }

    /// Bytes from one value to the next.
    public int elementStride() {
        return stride;
    }

    // ---- programs

    @Override
    @HotPath
    public long lookup(long key, int cpu) {
        int index = RawMemory.getInt(key);
        return Integer.compareUnsigned(index, entries) < 0 ? base + (long) index * stride : 0;
    }

    @Override
    @HotPath
    public int update(long key, long value, long flags, int cpu) {
        int error = updateError(RawMemory.getInt(key), entries, flags);
        if (error != 0) {
            return error;
        }
        long at = lookup(key, cpu);
        if ((flags & MapFlags.LOCK) == 0) {
            shape.copy(value, at);
        } else if (shape.hasLock()) {
            shape.copyInLocked(value, at);
        } else {
            return -Errno.EINVAL;
        }
        if (!shape.isPlain()) {
            shape.release(this, environment, at);
        }
        return 0;
    }

    /// The rules arrays of values share.
    @HotPath
    static int updateError(int index, int entries, long flags) {
        if (Long.compareUnsigned(flags & ~MapFlags.LOCK, MapFlags.EXIST) > 0) {
            return -Errno.EINVAL;
        }
        if (Integer.compareUnsigned(index, entries) >= 0) {
            return -Errno.E2BIG;
        }
        return (flags & MapFlags.NOEXIST) != 0 ? -Errno.EEXIST : 0;
    }

    @Override
    @HotPath
    public int delete(long key, int cpu) {
        return -Errno.EINVAL;
    }

    @Override
    public boolean owns(long address, int size) {
        return ownsInArray(address, size, base, entries, stride, valueSize());
    }

    @Override
    public long valueAround(long address) {
        return address - (address - base) % stride;
    }

    static boolean ownsInArray(
            long address, int size, long base, int entries, int stride, int valueSize) {
        long offset = address - base;
        return offset >= 0
                && offset < (long) entries * stride
                && offset % stride + size <= valueSize;
    }

    // ---- users

    @Override
    byte @Nullable [] userLookup(long key, long flags) {
        long at = lookup(key, userCpu());
        return at == 0 ? null : shape.toUser(at, (flags & MapFlags.LOCK) != 0);
    }

    @Override
    int userNextKey(long key, long next) {
        return nextIndex(key, next, entries);
    }

    /// The iteration of all maps with indexes for keys.
    static int nextIndex(long key, long next, int entries) {
        int index = key == 0 ? -1 : RawMemory.getInt(key);
        if (Integer.compareUnsigned(index, entries) >= 0) {
            RawMemory.putInt(next, 0);
            return 0;
        }
        if (index == entries - 1) {
            return -Errno.ENOENT;
        }
        RawMemory.putInt(next, index + 1);
        return 0;
    }
}
