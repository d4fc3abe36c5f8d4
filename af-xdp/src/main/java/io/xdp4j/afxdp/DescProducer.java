package io.xdp4j.afxdp;

import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.linux.afxdp.RingOffsets;

/// Puts descriptors of frames: the user's end of a TX ring, the kernel's of an RX ring.
///
/// Thread: one.
/// Kernel: `struct xdp_desc`.
@HotPath
public sealed class DescProducer extends ProducerRing permits TxRing {
    static final int ENTRY_BYTES = 16;
    static final int LENGTH = 8;
    static final int OPTIONS = 12;

    public DescProducer(long memory, RingOffsets offsets, int size) {
        super(memory, offsets, size, ENTRY_BYTES);
    }

    /// Puts a frame. Only after [#reserve].
    ///
    /// @param address offset of the data in the UMEM
    /// @param options bits of `XDP_PKT_CONTD` and `XDP_TX_METADATA`
    public final void put(long address, int lengthBytes, int options) {
        long entry = next();
        RawMemory.putLong(entry, address);
        RawMemory.putInt(entry + LENGTH, lengthBytes);
        RawMemory.putInt(entry + OPTIONS, options);
    }
}
