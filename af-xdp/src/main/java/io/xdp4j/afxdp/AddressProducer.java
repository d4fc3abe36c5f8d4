package io.xdp4j.afxdp;

import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.linux.afxdp.RingOffsets;

/// Puts addresses of chunks: the user's end of a fill ring, the kernel's of a completion ring.
///
/// Thread: one.
@HotPath
public sealed class AddressProducer extends ProducerRing permits FillRing {
    static final int ENTRY_BYTES = Long.BYTES;

    public AddressProducer(long memory, RingOffsets offsets, int size) {
        super(memory, offsets, size, ENTRY_BYTES);
    }

    /// Puts an offset in the UMEM. Only after [#reserve].
    public final void put(long address) {
        RawMemory.putLong(next(), address);
    }
}
