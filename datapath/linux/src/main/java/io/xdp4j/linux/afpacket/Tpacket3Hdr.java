package io.xdp4j.linux.afpacket;

/// Offsets in the header before each frame of a `TPACKET_V3` ring.
///
/// With `PACKET_VNET_HDR` the [VirtioNetHdr] lies right before the frame, at `TP_MAC -
/// VirtioNetHdr.SIZE`.
///
/// - Kernel: `struct tpacket3_hdr`.
public final class Tpacket3Hdr {
    public static final int SIZE = 48;

    /// Headers are aligned to this many bytes.
    public static final int ALIGNMENT = 16;

    /// Bytes from the header of a frame to send to the frame, without `PACKET_TX_HAS_OFF`:
    /// `TPACKET3_HDRLEN - sizeof(struct sockaddr_ll)`.
    public static final int TX_DATA = 48;

    /// u32: offset of the next header from this one; 0 in the last.
    public static final int TP_NEXT_OFFSET = 0;

    /// u32.
    public static final int TP_SEC = 4;

    /// u32.
    public static final int TP_NSEC = 8;

    /// u32: bytes of the frame that are here.
    public static final int TP_SNAPLEN = 12;

    /// u32: bytes of the frame on the wire.
    public static final int TP_LEN = 16;

    /// u32: bits of [TpStatus].
    public static final int TP_STATUS = 20;

    /// u16: offset of the frame from this header.
    public static final int TP_MAC = 24;

    /// u16: offset of the network header from this header.
    public static final int TP_NET = 26;

    /// u32: with `TP_FT_REQ_FILL_RXHASH`.
    public static final int TP_RXHASH = 28;

    /// u32: the tag that was taken out, with `TP_STATUS_VLAN_VALID`.
    public static final int TP_VLAN_TCI = 32;

    /// u16 in host order: its EtherType, with `TP_STATUS_VLAN_TPID_VALID`.
    public static final int TP_VLAN_TPID = 36;

    private Tpacket3Hdr() {}
}
