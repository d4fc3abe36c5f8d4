package io.xdp4j.linux.afpacket;

/// Constants of packet sockets: options of `SOL_PACKET`, fanout, packet types and protocols.
///
/// - Kernel: `packet(7)`, `include/uapi/linux/if_packet.h`.
public final class AfPacket {
    public static final int PACKET_ADD_MEMBERSHIP = 1;
    public static final int PACKET_DROP_MEMBERSHIP = 2;
    public static final int PACKET_RX_RING = 5;
    public static final int PACKET_STATISTICS = 6;
    public static final int PACKET_COPY_THRESH = 7;
    public static final int PACKET_AUXDATA = 8;
    public static final int PACKET_ORIGDEV = 9;
    public static final int PACKET_VERSION = 10;
    public static final int PACKET_HDRLEN = 11;
    public static final int PACKET_RESERVE = 12;
    public static final int PACKET_TX_RING = 13;
    public static final int PACKET_LOSS = 14;
    public static final int PACKET_VNET_HDR = 15;
    public static final int PACKET_TX_TIMESTAMP = 16;
    public static final int PACKET_TIMESTAMP = 17;
    public static final int PACKET_FANOUT = 18;
    public static final int PACKET_TX_HAS_OFF = 19;
    public static final int PACKET_QDISC_BYPASS = 20;
    public static final int PACKET_ROLLOVER_STATS = 21;
    public static final int PACKET_FANOUT_DATA = 22;

    /// Linux 4.20.
    public static final int PACKET_IGNORE_OUTGOING = 23;

    /// Linux 6.4.
    public static final int PACKET_VNET_HDR_SZ = 24;

    /// By flow hash: both directions of a flow may land on different sockets.
    public static final int PACKET_FANOUT_HASH = 0;

    /// Round robin; reorders flows.
    public static final int PACKET_FANOUT_LB = 1;

    /// By the CPU that the frame came in on.
    public static final int PACKET_FANOUT_CPU = 2;

    /// The first socket until it is full, then the next.
    public static final int PACKET_FANOUT_ROLLOVER = 3;

    /// At random.
    public static final int PACKET_FANOUT_RND = 4;

    /// By the receive queue that the frame came in on.
    public static final int PACKET_FANOUT_QM = 5;

    /// By the result of a classic BPF program.
    public static final int PACKET_FANOUT_CBPF = 6;

    /// By the result of an eBPF program.
    public static final int PACKET_FANOUT_EBPF = 7;

    /// Try the next socket when the chosen one is full.
    public static final int PACKET_FANOUT_FLAG_ROLLOVER = 0x1000;

    /// The kernel chooses a free group id.
    public static final int PACKET_FANOUT_FLAG_UNIQUEID = 0x2000;

    /// Ignore outgoing frames in the whole group, Linux 6.5.
    public static final int PACKET_FANOUT_FLAG_IGNORE_OUTGOING = 0x4000;

    /// Put IPv4 fragments together before hashing; the socket then sees the whole packet.
    public static final int PACKET_FANOUT_FLAG_DEFRAG = 0x8000;

    public static final int PACKET_MR_MULTICAST = 0;
    public static final int PACKET_MR_PROMISC = 1;
    public static final int PACKET_MR_ALLMULTI = 2;
    public static final int PACKET_MR_UNICAST = 3;

    /// Addressed to this machine.
    public static final int PACKET_HOST = 0;

    public static final int PACKET_BROADCAST = 1;
    public static final int PACKET_MULTICAST = 2;

    /// Addressed to another machine, seen in promiscuous mode.
    public static final int PACKET_OTHERHOST = 3;

    /// Sent by this machine; kept out with [#PACKET_IGNORE_OUTGOING].
    public static final int PACKET_OUTGOING = 4;

    /// Every protocol; host order.
    public static final int ETH_P_ALL = 0x0003;

    public static final int TPACKET_V1 = 0;
    public static final int TPACKET_V2 = 1;
    public static final int TPACKET_V3 = 2;

    private AfPacket() {}
}
