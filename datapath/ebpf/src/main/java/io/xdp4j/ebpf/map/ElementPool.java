package io.xdp4j.ebpf.map;

import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawAtomics;
import io.xdp4j.ebpf.memory.RawMemory;

/// The elements of a hash map: free lists of each CPU over slabs that grow as needed.
///
/// An element once made stays an element: its memory is reused, never freed while the map lives,
/// so that a reader behind the times sees another entry but never foreign memory. Exactly
/// `limit` elements can be taken; above that there is one spare for each CPU, so that a full map
/// can replace a value by a new element.
///
/// A free element is linked by its index, kept where a live one has its hash: nothing that a
/// program can write, and the link between live elements stays as it was for readers that stand
/// on it.
///
/// Thread: any; `cpu` picks a free list, each with a lock.
/// Kernel: kernel/bpf/percpu_freelist.c, `htab->extra_elems`.
@HotPath
final class ElementPool {
    // An element: link 8, hash 4, index 4, key, then what the map wants.
    static final int NEXT = 0;
    static final int HASH = 8;
    static final int INDEX = 12;
    static final int KEY = 16;

    // A CPU's control block, one cache line pair.
    private static final int CONTROL_BYTES = 128;
    private static final int LOCK = 0;
    private static final int FREE = 4;
    private static final int SPARE = 8;

    private static final int SLABS = 64;
    private static final int MIN_SLAB_ELEMENTS = 64;

    /// Elements a CPU takes out of a slab at a time.
    private static final int BATCH = 16;

    private final MapMemory memory;
    private final int stride;
    private final int limit;
    private final int total;
    private final int cpus;
    private final long control;
    private final long growLock;
    private final int slabShift;
    private final int slabMask;
    private final long[] slabs;
    private final long[] percpuSlabs;
    private final int percpuValueOffset;
    private final int percpuStride;
    private final long cpuStride;
    private int carved;

    /// @param stride bytes of an element
    /// @param percpuValueOffset where an element keeps the address of its values, 0 without any
    /// @param percpuStride bytes of one CPU's value
    ElementPool(
            MapMemory memory,
            int stride,
            int limit,
            int cpus,
            int percpuValueOffset,
            int percpuStride) {
        this.memory = memory;
        this.stride = stride;
        this.limit = limit;
        this.cpus = cpus;
        this.percpuValueOffset = percpuValueOffset;
        this.percpuStride = percpuStride;
        total = Math.addExact(limit, cpus + 1);
        int perSlab = Math.max(MIN_SLAB_ELEMENTS, (total - 1) / SLABS + 1);
        slabShift = 32 - Integer.numberOfLeadingZeros(perSlab - 1);
        slabMask = (1 << slabShift) - 1;
        slabs = new long[((total - 1) >>> slabShift) + 1];
        percpuSlabs = new long[percpuValueOffset == 0 ? 0 : slabs.length];
        cpuStride = ((long) Math.min(total, slabMask + 1) * percpuStride + 127) & -128;
        control = memory.allocate((long) (cpus + 1) * CONTROL_BYTES + 64, CONTROL_BYTES);
        growLock = control + (long) (cpus + 1) * CONTROL_BYTES;
        for (int cpu = 0; cpu <= cpus; cpu++) {
            RawMemory.putInt(control(cpu) + FREE, -1);
            RawMemory.putLong(control(cpu) + SPARE, carve());
        }
    }

    /// Bytes from one CPU's value of an element to the next one's.
    long cpuStride() {
        return cpuStride;
    }

    /// Elements ever made; [#at] takes numbers below it.
    int carved() {
        return carved;
    }

    long at(int index) {
        return slabs[index >>> slabShift] + (long) (index & slabMask) * stride;
    }

    // ---- hot path

    /// An element of the map's own, or 0 when all are in use.
    long take(int cpu) {
        long mine = pop(cpu);
        if (mine != 0) {
            return mine;
        }
        refill(cpu);
        for (int i = 0; i <= cpus; i++) {
            long element = pop((cpu + i) % (cpus + 1));
            if (element != 0) {
                return element;
            }
        }
        return 0;
    }

    /// Gives an element back; it may be handed out at once.
    void give(long element, int cpu) {
        long block = control(cpu);
        SpinWord.lock(block + LOCK);
        push(block, element);
        SpinWord.unlock(block + LOCK);
    }

    /// Takes the CPU's spare; its owner gives one back with [#returnSpare] right away.
    long takeSpare(int cpu) {
        int spins = 0;
        while (true) {
            long spare = RawAtomics.exchange64(control(cpu) + SPARE, 0);
            if (spare != 0) {
                return spare;
            }
            spins = SpinWord.pause(spins);
        }
    }

    void returnSpare(long element, int cpu) {
        RawAtomics.storeRelease64(control(cpu) + SPARE, element); // pairs with takeSpare()
    }

    private long pop(int cpu) {
        long block = control(cpu);
        if (RawMemory.getInt(block + FREE) < 0) {
            return 0;
        }
        SpinWord.lock(block + LOCK);
        int index = RawMemory.getInt(block + FREE);
        long element = 0;
        if (index >= 0) {
            element = at(index);
            RawMemory.putInt(block + FREE, RawMemory.getInt(element + HASH));
        }
        SpinWord.unlock(block + LOCK);
        return element;
    }

    private void push(long block, long element) {
        RawMemory.putInt(element + HASH, RawMemory.getInt(block + FREE));
        RawMemory.putInt(block + FREE, RawMemory.getInt(element + INDEX));
    }

    private long control(int cpu) {
        return control + (long) cpu * CONTROL_BYTES;
    }

    // ---- growth

    private void refill(int cpu) {
        SpinWord.lock(growLock);
        int batch = Math.min(total - carved, Math.max(1, Math.min(BATCH, limit / (4 * cpus + 4))));
        long block = control(cpu);
        for (int i = 0; i < batch; i++) {
            long element = carve();
            SpinWord.lock(block + LOCK);
            push(block, element);
            SpinWord.unlock(block + LOCK);
        }
        SpinWord.unlock(growLock);
    }

    private long carve() {
        int index = carved;
        int slab = index >>> slabShift;
        if ((index & slabMask) == 0) {
            grow(slab);
        }
        long element = slabs[slab] + (long) (index & slabMask) * stride;
        RawMemory.putInt(element + INDEX, index);
        if (percpuValueOffset != 0) {
            RawMemory.putLong(
                    element + percpuValueOffset,
                    percpuSlabs[slab] + (long) (index & slabMask) * percpuStride);
        }
        carved = index + 1;
        return element;
    }

    private void grow(int slab) {
        int elements = Math.min(slabMask + 1, total - (slab << slabShift));
        if (percpuValueOffset != 0) {
            percpuSlabs[slab] = memory.allocate(cpuStride * cpus, 128);
        }
        slabs[slab] = memory.allocate((long) elements * stride, 64);
    }

    // ---- checked memory

    /// True when the bytes lie in one element's value.
    boolean owns(long address, int size, int valueOffset, int valueSize) {
        long start = valueAround(address, valueOffset);
        return start != 0 && address >= start && address + size <= start + valueSize;
    }

    /// First byte of the value of the element that has that byte, or 0.
    long valueAround(long address, int valueOffset) {
        for (int slab = 0; slab < slabs.length; slab++) {
            int elements = Math.min(slabMask + 1, carved - (slab << slabShift));
            if (elements <= 0) {
                return 0;
            }
            long start =
                    percpuValueOffset == 0
                            ? inlineAround(address, slabs[slab], elements, valueOffset)
                            : percpuAround(address, percpuSlabs[slab], elements);
            if (start != 0) {
                return start;
            }
        }
        return 0;
    }

    private long inlineAround(long address, long base, int elements, int valueOffset) {
        long offset = address - base;
        return offset >= 0 && offset < (long) elements * stride
                ? address - offset % stride + valueOffset
                : 0;
    }

    private long percpuAround(long address, long base, int elements) {
        long offset = address - base;
        boolean isHere =
                offset >= 0
                        && offset < cpuStride * cpus
                        && offset % cpuStride < (long) elements * percpuStride;
        return isHere ? address - offset % cpuStride % percpuStride : 0;
    }
}
