package io.xdp4j.afxdp;

import io.xdp4j.linux.afxdp.RingOffsets;

/// Received frames.
///
/// Thread: one.
/// Kernel: `XDP_RX_RING`.
public final class RxRing extends DescConsumer {
    public RxRing(long memory, RingOffsets offsets, int size) {
        super(memory, offsets, size);
    }
}
