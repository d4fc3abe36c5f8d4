package io.xdp4j.linux.afpacket;

/// Status bits of ring blocks, ring frames and [PacketAuxdata].
///
/// - Kernel: `TP_STATUS_*`.
public final class TpStatus {
    /// The kernel may write.
    public static final int TP_STATUS_KERNEL = 0;

    /// The user may read.
    public static final int TP_STATUS_USER = 1;

    /// The frame was cut; the whole of it is in the socket's queue.
    public static final int TP_STATUS_COPY = 1 << 1;

    /// Frames were lost since the statistics were last read.
    public static final int TP_STATUS_LOSING = 1 << 2;

    /// The checksum is not filled in yet; see the offload header.
    public static final int TP_STATUS_CSUMNOTREADY = 1 << 3;

    /// `tp_vlan_tci` holds a tag that was taken out of the frame.
    public static final int TP_STATUS_VLAN_VALID = 1 << 4;

    /// The block was handed over by its timeout.
    public static final int TP_STATUS_BLK_TMO = 1 << 5;

    /// `tp_vlan_tpid` holds the EtherType of the tag.
    public static final int TP_STATUS_VLAN_TPID_VALID = 1 << 6;

    /// The checksum was found right.
    public static final int TP_STATUS_CSUM_VALID = 1 << 7;

    /// The frame is a GSO TCP segment, Linux 6.0.
    public static final int TP_STATUS_GSO_TCP = 1 << 8;

    public static final int TP_STATUS_TS_SOFTWARE = 1 << 29;
    public static final int TP_STATUS_TS_RAW_HARDWARE = 1 << 31;

    /// Send ring: the user may write.
    public static final int TP_STATUS_AVAILABLE = 0;

    /// Send ring: the frame is ready to go.
    public static final int TP_STATUS_SEND_REQUEST = 1;

    /// Send ring: the kernel has the frame.
    public static final int TP_STATUS_SENDING = 1 << 1;

    /// Send ring: the kernel refused the frame.
    public static final int TP_STATUS_WRONG_FORMAT = 1 << 2;

    private TpStatus() {}
}
