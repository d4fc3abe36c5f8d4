package io.xdp4j.afxdp;

import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.linux.afxdp.RingOffsets;

/// Takes descriptors of frames: the user's end of an RX ring, the kernel's of a TX ring.
///
/// Thread: one.
/// Kernel: `struct xdp_desc`.
@HotPath
public sealed class DescConsumer extends ConsumerRing permits RxRing {
    public DescConsumer(long memory, RingOffsets offsets, int size) {
        super(memory, offsets, size, DescProducer.ENTRY_BYTES);
    }

    /// Offset in the UMEM of waiting frame `index`. Only after [#peek].
    public final long address(int index) {
        return RawMemory.getLong(waiting(index));
    }

    /// Bytes of waiting frame `index`; unsigned as the other side stored it.
    public final int lengthBytes(int index) {
        return RawMemory.getInt(waiting(index) + DescProducer.LENGTH);
    }

    /// Bits of waiting frame `index`.
    public final int options(int index) {
        return RawMemory.getInt(waiting(index) + DescProducer.OPTIONS);
    }
}
