package io.xdp4j.ebpf.map;

import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawAtomics;
import io.xdp4j.ebpf.memory.RawMemory;
import java.util.function.Consumer;

/// The records of one CPU, oldest first; a record that does not fit is lost and counted.
///
/// The area is twice the ring, so that a record that begins near the end simply runs on behind it.
///
/// Thread: one writer, the CPU's; one reader at a time.
/// Kernel: `perf_output_begin`, `PERF_SAMPLE_RAW`.
public final class PerfRing {
    /// What is in front of a record besides its bytes: event header and raw size.
    private static final int HEADER = 12;

    private final long area;
    private final long head;
    private final long tail;
    private final long lost;
    private final int size;

    PerfRing(MapMemory memory, int size) {
        if (size < 64 || Integer.bitCount(size) != 1) {
            throw new IllegalArgumentException(
                    "bytes: " + size + " (expected: power of two, 64 or more)");
        }
        this.size = size;
        long control = memory.allocate(384, 128);
        head = control;
        tail = control + 128;
        lost = control + 256;
        area = memory.allocate(2L * size, 64);
    }

    @HotPath
    boolean write(long data, int length, long extra, int extraLength) {
        long from = RawMemory.getLong(head);
        long bytes = (HEADER + (long) length + extraLength + 7) & -8;
        if (from + bytes - RawAtomics.loadAcquire64(tail) > size) { // pairs with (B)
            RawAtomics.add64(lost, 1);
            return false;
        }
        long at = area + (from & (size - 1));
        RawMemory.putInt(at, (int) bytes);
        RawMemory.putInt(at + 8, length + extraLength);
        RawMemory.copy(data, at + HEADER, length);
        if (extraLength > 0) {
            RawMemory.copy(extra, at + HEADER + length, extraLength);
        }
        RawAtomics.storeRelease64(head, from + bytes); // (A) publishes the record
        return true;
    }

    /// Hands over the records there are; returns how many.
    public synchronized int poll(Consumer<byte[]> consumer) {
        long end = RawAtomics.loadAcquire64(head); // pairs with (A)
        long at = RawMemory.getLong(tail);
        int count = 0;
        while (at != end) {
            long record = area + (at & (size - 1));
            byte[] bytes = new byte[RawMemory.getInt(record + 8)];
            RawMemory.copyOut(record + HEADER, bytes, 0, bytes.length);
            at += RawMemory.getInt(record);
            RawAtomics.storeRelease64(tail, at); // (B) gives the room back
            consumer.accept(bytes);
            count++;
        }
        return count;
    }

    /// True once so many records are there, or the ring is half full.
    ///
    /// Kernel: `wakeup_events` of `perf_event_attr`.
    public synchronized boolean isDue(int atLeast) {
        long end = RawAtomics.loadAcquire64(head); // pairs with (A)
        long at = RawMemory.getLong(tail);
        if (end - at >= size / 2) {
            return true;
        }
        int count = 0;
        while (at != end && count < atLeast) {
            at += RawMemory.getInt(area + (at & (size - 1)));
            count++;
        }
        return count >= atLeast;
    }

    /// Records that did not fit.
    public long lost() {
        return RawAtomics.loadAcquire64(lost);
    }
}
