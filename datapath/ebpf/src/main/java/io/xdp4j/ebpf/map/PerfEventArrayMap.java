package io.xdp4j.ebpf.map;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// Where `bpf_perf_event_output` sends records: one ring for each CPU, once a user opened it.
///
/// Thread: [#output] from the CPU it names; opening and reading from any.
/// Fails: as the kernel does, by negated errno: ENOENT without a reader.
/// Kernel: `perf_event_array_map_ops`, `bpf_perf_event_output`.
public final class PerfEventArrayMap extends FdArrayMap {
    /// Index that stands for the CPU the program runs on (`BPF_F_CURRENT_CPU`).
    public static final long CURRENT_CPU = 0xffff_ffffL;

    private static final long INDEX_MASK = 0xffff_ffffL;
    private static final long OPENED = 1L << 32;

    private final MapEnvironment environment;
    private final AtomicReferenceArray<@Nullable PerfRing> rings;

    PerfEventArrayMap(MapSpec spec, int id, int cpus, MapEnvironment environment) {
        super(spec, id, cpus);
        this.environment = environment;
        rings = new AtomicReferenceArray<>(Math.min(spec.maxEntries(), cpus));
    }

    /// Opens a ring for the records of one CPU; replaces an earlier one.
    ///
    /// @param bytes power of two
    public PerfRing open(int cpu, int bytes) {
        if (cpu < 0 || cpu >= rings.length()) {
            throw new IllegalArgumentException(
                    "cpu: " + cpu + " (expected: 0.." + (rings.length() - 1) + ")");
        }
        PerfRing ring = new PerfRing(memory(), bytes);
        rings.set(cpu, ring);
        set(cpu, OPENED);
        return ring;
    }

    /// Sends a record: `size` bytes at `data`, and `extraSize` bytes (of the packet) behind them.
    ///
    /// @param flags index of the entry in the low 32 bits; the rest must be 0
    @HotPath
    public int output(long flags, long data, int size, long extra, int extraSize, int cpu) {
        if ((flags & ~INDEX_MASK) != 0) {
            return -Errno.EINVAL;
        }
        int index = (flags & INDEX_MASK) == CURRENT_CPU ? cpu : (int) flags;
        if (Integer.compareUnsigned(index, maxEntries()) >= 0) {
            return -Errno.E2BIG;
        }
        if (cell(index) == 0) {
            return -Errno.ENOENT;
        }
        PerfRing ring = index < rings.length() ? rings.getAcquire(index) : null;
        if (ring == null || index != cpu) {
            return -Errno.EOPNOTSUPP;
        }
        return ring.write(data, size, extra, extraSize) ? 0 : -Errno.ENOSPC;
    }

    @Override
    long resolve(long value) {
        int fd = RawMemory.getInt(value);
        int error = environment.admit(this, fd);
        return error < 0 ? error : OPENED | (fd & INDEX_MASK);
    }

    @Override
    void dropped(int index) {
        if (index < rings.length() && cell(index) == 0) {
            rings.set(index, null);
        }
    }

    @Override
    void requireShowable() {
        throw failure(Errno.ENOTSUPP, "entries cannot be read");
    }

    @Override
    byte[] show(long cell) {
        return word(cell);
    }
}
