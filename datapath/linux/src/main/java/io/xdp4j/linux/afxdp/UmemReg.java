package io.xdp4j.linux.afxdp;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// The memory of a UMEM, as a socket registers it.
///
/// - Kernel: `struct xdp_umem_reg`.
///
/// @param address first byte, at a page
/// @param lengthBytes a multiple of the chunk
/// @param chunkBytes 2048..4096, a power of two unless unaligned
/// @param headroomBytes bytes left free before received data, beside the kernel's own 256
/// @param flags bits of `XDP_UMEM_*`
/// @param txMetadataBytes bytes of the metadata block before sent data, 0 for none
public record UmemReg(
        long address,
        long lengthBytes,
        int chunkBytes,
        int headroomBytes,
        int flags,
        int txMetadataBytes) {
    /// The same before Linux 6.8, whose last four bytes are padding.
    private static final int SIZE = 32;

    MemorySegment write(Arena arena) {
        MemorySegment memory = arena.allocate(SIZE, 8);
        memory.set(JAVA_LONG, 0, address);
        memory.set(JAVA_LONG, 8, lengthBytes);
        memory.set(JAVA_INT, 16, chunkBytes);
        memory.set(JAVA_INT, 20, headroomBytes);
        memory.set(JAVA_INT, 24, flags);
        memory.set(JAVA_INT, 28, txMetadataBytes);
        return memory;
    }
}
