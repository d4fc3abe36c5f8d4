package io.xdp4j.afxdp;

import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.linux.afxdp.RingOffsets;

/// Takes addresses of chunks: the user's end of a completion ring, the kernel's of a fill ring.
///
/// Thread: one.
@HotPath
public sealed class AddressConsumer extends ConsumerRing permits CompletionRing {
    public AddressConsumer(long memory, RingOffsets offsets, int size) {
        super(memory, offsets, size, AddressProducer.ENTRY_BYTES);
    }

    /// Offset in the UMEM that waiting entry `index` names. Only after [#peek].
    public final long address(int index) {
        return RawMemory.getLong(waiting(index));
    }
}
