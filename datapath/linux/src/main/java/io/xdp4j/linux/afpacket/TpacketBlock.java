package io.xdp4j.linux.afpacket;

/// Offsets in the descriptor at the start of each block of a `TPACKET_V3` ring.
///
/// Read [#BLOCK_STATUS] with acquire, and give the block back with a release store of
/// [TpStatus#TP_STATUS_KERNEL].
///
/// - Kernel: `struct tpacket_block_desc` with `struct tpacket_hdr_v1`.
public final class TpacketBlock {
    public static final int SIZE = 48;

    /// u32.
    public static final int VERSION = 0;

    /// u32: offset of the private area from the block.
    public static final int OFFSET_TO_PRIV = 4;

    /// u32: bits of [TpStatus].
    public static final int BLOCK_STATUS = 8;

    /// u32.
    public static final int NUM_PKTS = 12;

    /// u32: offset of the first [Tpacket3Hdr] from the block.
    public static final int OFFSET_TO_FIRST_PKT = 16;

    /// u32: bytes in use, this descriptor included.
    public static final int BLK_LEN = 20;

    /// u64.
    public static final int SEQ_NUM = 24;

    /// u32 seconds, then u32 nanoseconds.
    public static final int TS_FIRST_PKT = 32;

    /// u32 seconds, then u32 nanoseconds.
    public static final int TS_LAST_PKT = 40;

    private TpacketBlock() {}
}
