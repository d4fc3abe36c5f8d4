package io.xdp4j.linux.afpacket;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Geometry of a `TPACKET_V3` ring; one of V1 or V2 uses the first four fields.
///
/// - Kernel: `struct tpacket_req3`.
///
/// @param blockSizeBytes multiple of the page size
/// @param blockCount blocks in the ring
/// @param frameSizeBytes multiple of 16; with V3 receive rings only a divisor of the block size
/// @param retireTimeoutMillis after which a block that is not full is handed over; 0 lets the
///   kernel choose
/// @param privateBytes kept free at the start of each block
/// @param features bits `TP_FT_REQ_*`
public record TpacketReq3(
        int blockSizeBytes,
        int blockCount,
        int frameSizeBytes,
        int retireTimeoutMillis,
        int privateBytes,
        int features) {
    /// Bytes of the structure.
    public static final int SIZE = 28;

    /// Fill in `tp_rxhash`.
    public static final int TP_FT_REQ_FILL_RXHASH = 1;

    public TpacketReq3 {
        if (blockSizeBytes <= 0 || frameSizeBytes <= 0 || blockSizeBytes % frameSizeBytes != 0) {
            throw new IllegalArgumentException(
                    "blockSizeBytes: "
                            + blockSizeBytes
                            + " (expected: a multiple of frameSizeBytes "
                            + frameSizeBytes
                            + ')');
        }
        if (blockCount <= 0) {
            throw new IllegalArgumentException(
                    "blockCount: " + blockCount + " (expected: above 0)");
        }
    }

    /// Frames in the ring: `tp_frame_nr`.
    public int frameCount() {
        return blockCount * (blockSizeBytes / frameSizeBytes);
    }

    /// Bytes to map.
    public long ringSizeBytes() {
        return (long) blockSizeBytes * blockCount;
    }

    /// The structure for `PACKET_RX_RING` and `PACKET_TX_RING`.
    public MemorySegment write(Arena arena) {
        return arena.allocateFrom(
                JAVA_INT,
                blockSizeBytes,
                blockCount,
                frameSizeBytes,
                frameCount(),
                retireTimeoutMillis,
                privateBytes,
                features);
    }
}
