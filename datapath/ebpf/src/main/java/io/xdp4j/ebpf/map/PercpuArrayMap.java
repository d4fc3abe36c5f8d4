package io.xdp4j.ebpf.map;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;
import org.jspecify.annotations.Nullable;

/// An array with a value for each CPU, in memory that no two CPUs share a cache line of.
///
/// Value `i` of a CPU is at `valueBase() + cpu * cpuStride() + i * elementStride()`.
///
/// Thread: any.
/// Kernel: kernel/bpf/arraymap.c.
public final class PercpuArrayMap extends BpfMap {
    /// Two lines: adjacent ones are fetched in pairs.
    private static final int CPU_ALIGNMENT = 128;

    private final long base;
    private final long cpuStride;
    private final int stride;
    private final int entries;
    private final ValueShape shape;
    private final MapEnvironment environment;

    PercpuArrayMap(MapSpec spec, int id, int cpus, MapEnvironment environment) {
        super(spec, id, cpus);
        this.environment = environment;
        shape = new ValueShape(spec);
        stride = (spec.valueSize() + 7) & -8;
        entries = spec.maxEntries();
        cpuStride = ((long) stride * entries + CPU_ALIGNMENT - 1) & -CPU_ALIGNMENT;
        base = memory().allocate(cpuStride * cpus, CPU_ALIGNMENT);
    }

    /// Address of CPU 0's first value. Not for direct loads, which per-CPU arrays do not have.
    public long percpuBase() {
        return base;
    }

    public int elementStride() {
        return stride;
    }

    /// Bytes from one CPU's values to the next one's.
    public long cpuStride() {
        return cpuStride;
    }

    // ---- programs

    @Override
    @HotPath
    public long lookup(long key, int cpu) {
        int index = RawMemory.getInt(key);
        return Integer.compareUnsigned(index, entries) < 0
                ? base + cpu * cpuStride + (long) index * stride
                : 0;
    }

    @Override
    @HotPath
    public int update(long key, long value, long flags, int cpu) {
        int error = updateError(key, flags);
        if (error == 0) {
            put(lookup(key, cpu), value);
        }
        return error;
    }

    @HotPath
    private int updateError(long key, long flags) {
        int error = ArrayMap.updateError(RawMemory.getInt(key), entries, flags);
        return error == 0 && (flags & MapFlags.LOCK) != 0 ? -Errno.EINVAL : error;
    }

    @HotPath
    private void put(long at, long value) {
        shape.copy(value, at);
        if (!shape.isPlain()) {
            shape.release(this, environment, at);
        }
    }

    @Override
    @HotPath
    public int delete(long key, int cpu) {
        return -Errno.EINVAL;
    }

    @Override
    public boolean owns(long address, int size) {
        long offset = address - base;
        return offset >= 0
                && offset < cpuStride * cpus()
                && ArrayMap.ownsInArray(offset % cpuStride, size, 0, entries, stride, valueSize());
    }

    @Override
    public long valueAround(long address) {
        return address - (address - base) % cpuStride % stride;
    }

    // ---- users

    @Override
    byte @Nullable [] userLookup(long key, long flags) {
        if (lookup(key, 0) == 0) {
            return null;
        }
        byte[] all = new byte[userValueSize()];
        for (int cpu = 0; cpu < cpus(); cpu++) {
            byte[] one = shape.toUser(lookup(key, cpu), false);
            System.arraycopy(one, 0, all, cpu * stride, one.length);
        }
        return all;
    }

    @Override
    int userUpdate(long key, long value, long flags) {
        int error = updateError(key, flags);
        for (int cpu = 0; error == 0 && cpu < cpus(); cpu++) {
            put(lookup(key, cpu), value + (long) cpu * stride);
        }
        return error;
    }

    @Override
    int userNextKey(long key, long next) {
        return ArrayMap.nextIndex(key, next, entries);
    }
}
