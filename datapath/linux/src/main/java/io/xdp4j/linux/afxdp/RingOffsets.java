package io.xdp4j.linux.afxdp;

/// Where the words of a ring stand in its mapping.
///
/// - Kernel: `struct xdp_ring_offset`, `struct xdp_ring`.
///
/// @param producer offset of the producer's index
/// @param consumer offset of the consumer's index
/// @param flags offset of the flags
/// @param entries offset of the first entry
public record RingOffsets(int producer, int consumer, int flags, int entries) {
    /// What a kernel with cache lines of 64 bytes has: x86-64 and arm64.
    public static final RingOffsets LINES_OF_64 = new RingOffsets(0, 128, 196, 320);
}
