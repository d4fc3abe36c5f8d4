package io.xdp4j.afxdp;

import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.linux.afxdp.RingOffsets;

/// The producer's end of a ring: [#reserve], put the entries, [#submit].
///
/// Thread: one.
/// Kernel: `xskq_prod_*`; `xsk_ring_prod__*` of libxdp.
@HotPath
public abstract sealed class ProducerRing extends XskRing permits AddressProducer, DescProducer {
    private int tail;
    private int knownConsumer;

    ProducerRing(long memory, RingOffsets offsets, int size, int entryBytes) {
        super(memory, offsets, size, entryBytes);
        tail = RawMemory.getIntAcquire(producer);
        knownConsumer = RawMemory.getIntAcquire(consumer);
    }

    /// Free entries, at most `wanted`. As many may be put without asking again.
    public final int reserve(int wanted) {
        int free = size - (tail - knownConsumer);
        if (free < wanted) {
            free = lookAgain();
        }
        return Math.min(free, wanted);
    }

    private int lookAgain() {
        int seen = RawMemory.getIntAcquire(consumer); // (A)
        int used = tail - seen;
        if (used < 0 || used > size) {
            corrupt = true;
            return 0;
        }
        knownConsumer = seen;
        return size - used;
    }

    /// Address of the next entry to write, which counts as put.
    final long next() {
        return entry(tail++);
    }

    /// Takes back the last `count` entries, which were put and not submitted.
    public final void cancel(int count) {
        tail -= count;
    }

    /// Publishes what was put.
    public final void submit() {
        RawMemory.putIntRelease(producer, tail); // (C)
    }
}
