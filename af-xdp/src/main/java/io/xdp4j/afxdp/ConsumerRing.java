package io.xdp4j.afxdp;

import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.linux.afxdp.RingOffsets;

/// The consumer's end of a ring: [#peek], read entries 0 to n-1, [#release].
///
/// Thread: one.
/// Kernel: `xskq_cons_*`; `xsk_ring_cons__*` of libxdp.
@HotPath
public abstract sealed class ConsumerRing extends XskRing permits AddressConsumer, DescConsumer {
    private int head;
    private int knownProducer;

    ConsumerRing(long memory, RingOffsets offsets, int size, int entryBytes) {
        super(memory, offsets, size, entryBytes);
        head = RawMemory.getIntAcquire(consumer);
        knownProducer = head;
    }

    /// Entries that wait, at most `limit`.
    public final int peek(int limit) {
        int available = knownProducer - head;
        if (available < limit) {
            available = lookAgain();
        }
        return Math.min(available, limit);
    }

    private int lookAgain() {
        int seen = RawMemory.getIntAcquire(producer); // (D)
        int available = seen - head;
        if (available < 0 || available > size) {
            corrupt = true;
            return 0;
        }
        knownProducer = seen;
        return available;
    }

    /// True when nothing waits.
    public final boolean isEmpty() {
        return RawMemory.getIntAcquire(producer) == head; // (D)
    }

    /// Address of waiting entry `index`, counted from the oldest.
    final long waiting(int index) {
        return entry(head + index);
    }

    /// Gives the oldest `count` entries back.
    public final void release(int count) {
        head += count;
        RawMemory.putIntRelease(consumer, head); // (B)
    }
}
