package io.xdp4j.linux.afxdp;

/// Layouts of the four rings.
///
/// - Kernel: `struct xdp_mmap_offsets`.
public record MmapOffsets(
        RingOffsets rx, RingOffsets tx, RingOffsets fill, RingOffsets completion) {}
