package io.xdp4j.linux.afpacket;

/// Layout of the offload header before a frame, with `PACKET_VNET_HDR` and on TAP devices.
///
/// All numbers are in the machine's order, which is little-endian.
///
/// - Kernel: `struct virtio_net_hdr`, include/uapi/linux/virtio_net.h.
public final class VirtioNetHdr {
    public static final int SIZE = 10;

    /// u8: bits `VIRTIO_NET_HDR_F_*`.
    public static final int FLAGS = 0;

    /// u8: `VIRTIO_NET_HDR_GSO_*`.
    public static final int GSO_TYPE = 1;

    /// u16: bytes of the headers before the payload of a segment; a hint.
    public static final int HDR_LEN = 2;

    /// u16: payload bytes of each frame to cut the segment into.
    public static final int GSO_SIZE = 4;

    /// u16: offset in the frame from which to sum.
    public static final int CSUM_START = 6;

    /// u16: offset after `CSUM_START` where the sum goes.
    public static final int CSUM_OFFSET = 8;

    /// The checksum is to be filled in; its place holds the pseudo-header sum.
    public static final int F_NEEDS_CSUM = 1;

    /// The checksum was checked.
    public static final int F_DATA_VALID = 2;

    public static final int GSO_NONE = 0;
    public static final int GSO_TCPV4 = 1;

    /// Fragmentation of UDP over IPv4, which Linux no longer does.
    public static final int GSO_UDP = 3;

    public static final int GSO_TCPV6 = 4;

    /// Segmentation of UDP over IPv4 or IPv6, Linux 6.2.
    public static final int GSO_UDP_L4 = 5;

    /// Bit beside a TCP type: the segment has ECN's CWR.
    public static final int GSO_ECN = 0x80;

    private VirtioNetHdr() {}
}
