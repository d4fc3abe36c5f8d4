package io.xdp4j.afxdp;

import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.linux.afxdp.AfXdp;
import io.xdp4j.linux.afxdp.RingOffsets;

/// One end of a single-producer, single-consumer ring in shared memory.
///
/// | step | producer | consumer |
/// |---|---|---|
/// | A | reads the consumer index, acquire | B: stores it after it has read the entries, release |
/// | C | stores the producer index after it has written the entries, release | D: reads it, acquire |
///
/// (A) pairs with (B): an entry is written only after the other side has read what stood there. (C)
/// pairs with (D): an entry is read only after it was written. Indexes count up for ever and wrap at
/// 32 bits; an entry's slot is the index masked.
///
/// The other side may store what it likes into its index. A distance that no honest one could make
/// counts as an empty (or full) ring and is told by [#isCorrupt]; no entry outside the ring is ever
/// touched.
///
/// Thread: one at each end.
/// Owns: nothing; the memory outlives the ring.
/// Kernel: `struct xsk_queue`, net/xdp/xsk_queue.h.
@HotPath
public abstract sealed class XskRing permits ProducerRing, ConsumerRing {
    final long producer;
    final long consumer;
    private final long flags;
    private final long entries;
    private final int entryShift;
    final int size;
    private final int mask;
    boolean corrupt;

    /// @param size entries, a power of two
    /// @param entryBytes 8 or 16
    XskRing(long memory, RingOffsets offsets, int size, int entryBytes) {
        if (Integer.bitCount(size) != 1) {
            throw new IllegalArgumentException(
                    "ringSize: " + size + " (expected: a power of two from 1)");
        }
        this.producer = memory + offsets.producer();
        this.consumer = memory + offsets.consumer();
        this.flags = memory + offsets.flags();
        this.entries = memory + offsets.entries();
        this.entryShift = Integer.numberOfTrailingZeros(entryBytes);
        this.size = size;
        this.mask = size - 1;
    }

    /// Bytes of memory that a ring takes.
    public static long bytes(RingOffsets offsets, int size, int entryBytes) {
        return offsets.entries() + (long) size * entryBytes;
    }

    final long entry(int index) {
        return entries + ((long) (index & mask) << entryShift);
    }

    /// Entries that fit.
    public final int size() {
        return size;
    }

    /// True when the kernel's side waits for a system call. It sets the flag before it stops
    /// looking, and the user's side reads it after (C), so the wake-up is not lost as long as
    /// something else, such as a poll that finds nothing, asks again.
    public final boolean needsWakeup() {
        return (RawMemory.getIntAcquire(flags) & AfXdp.XDP_RING_NEED_WAKEUP) != 0;
    }

    /// Says whether this side, the kernel's, wants to be woken.
    public final void setNeedsWakeup(boolean on) {
        RawMemory.putIntRelease(flags, on ? AfXdp.XDP_RING_NEED_WAKEUP : 0);
    }

    /// True once the other side stored an index that cannot be.
    public final boolean isCorrupt() {
        return corrupt;
    }

    /// Entries put in and not taken out, as the memory says now; only for reports.
    public final int used() {
        return RawMemory.getIntAcquire(producer) - RawMemory.getIntAcquire(consumer);
    }

    @Override
    public final String toString() {
        return getClass().getSimpleName()
                + "[size="
                + size
                + ", producer="
                + Integer.toUnsignedString(RawMemory.getIntAcquire(producer))
                + ", consumer="
                + Integer.toUnsignedString(RawMemory.getIntAcquire(consumer))
                + (corrupt ? ", corrupt" : "")
                + "]";
    }
}
