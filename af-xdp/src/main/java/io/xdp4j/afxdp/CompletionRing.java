package io.xdp4j.afxdp;

import io.xdp4j.linux.afxdp.RingOffsets;

/// Gives back the chunks of frames that were sent.
///
/// Thread: one.
/// Kernel: `XDP_UMEM_COMPLETION_RING`.
public final class CompletionRing extends AddressConsumer {
    public CompletionRing(long memory, RingOffsets offsets, int size) {
        super(memory, offsets, size);
    }
}
