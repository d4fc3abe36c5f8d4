package io.xdp4j.afxdp;

import io.xdp4j.linux.afxdp.RingOffsets;

/// Gives the kernel chunks to receive into.
///
/// Thread: one.
/// Kernel: `XDP_UMEM_FILL_RING`.
public final class FillRing extends AddressProducer {
    public FillRing(long memory, RingOffsets offsets, int size) {
        super(memory, offsets, size);
    }
}
