package io.xdp4j.linux.afxdp;

/// What a sender may ask for a frame, in a block before its data.
///
/// - Kernel: `struct xsk_tx_metadata`, Linux 6.8.
public final class XskTxMetadata {
    /// Bytes of the block up to and with the launch time.
    public static final int SIZE = 24;

    public static final int FLAGS = 0;
    public static final int CSUM_START = 8;
    public static final int CSUM_OFFSET = 10;
    public static final int LAUNCH_TIME = 16;

    /// Where the completion stores the time, over the request.
    public static final int TX_TIMESTAMP = 8;

    public static final int XDP_TXMD_FLAGS_TIMESTAMP = 1;
    public static final int XDP_TXMD_FLAGS_CHECKSUM = 1 << 1;

    /// Linux 6.14.
    public static final int XDP_TXMD_FLAGS_LAUNCH_TIME = 1 << 2;

    private XskTxMetadata() {}
}
