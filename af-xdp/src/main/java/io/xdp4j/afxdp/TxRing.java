package io.xdp4j.afxdp;

import io.xdp4j.linux.afxdp.RingOffsets;

/// Frames to send.
///
/// Thread: one.
/// Kernel: `XDP_TX_RING`.
public final class TxRing extends DescProducer {
    public TxRing(long memory, RingOffsets offsets, int size) {
        super(memory, offsets, size);
    }
}
