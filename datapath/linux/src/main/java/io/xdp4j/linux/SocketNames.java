package io.xdp4j.linux;

import java.util.Map;

/// Names of address families and socket options, for messages.
final class SocketNames {
    private static final Map<Integer, String> DOMAINS =
            Map.of(
                    Sockets.AF_INET, "AF_INET",
                    Sockets.AF_NETLINK, "AF_NETLINK",
                    Sockets.AF_PACKET, "AF_PACKET",
                    Sockets.AF_XDP, "AF_XDP");

    private static final Map<Integer, String> SOCKET_OPTIONS =
            Map.ofEntries(
                    Map.entry(Sockets.SO_ERROR, "SO_ERROR"),
                    Map.entry(Sockets.SO_SNDBUF, "SO_SNDBUF"),
                    Map.entry(Sockets.SO_RCVBUF, "SO_RCVBUF"),
                    Map.entry(Sockets.SO_SNDBUFFORCE, "SO_SNDBUFFORCE"),
                    Map.entry(Sockets.SO_RCVBUFFORCE, "SO_RCVBUFFORCE"),
                    Map.entry(Sockets.SO_ATTACH_FILTER, "SO_ATTACH_FILTER"),
                    Map.entry(Sockets.SO_DETACH_FILTER, "SO_DETACH_FILTER"),
                    Map.entry(Sockets.SO_ATTACH_BPF, "SO_ATTACH_BPF"),
                    Map.entry(Sockets.SO_BUSY_POLL, "SO_BUSY_POLL"),
                    Map.entry(Sockets.SO_PREFER_BUSY_POLL, "SO_PREFER_BUSY_POLL"),
                    Map.entry(Sockets.SO_BUSY_POLL_BUDGET, "SO_BUSY_POLL_BUDGET"));

    private static final Map<Integer, String> PACKET_OPTIONS =
            Map.ofEntries(
                    Map.entry(1, "PACKET_ADD_MEMBERSHIP"),
                    Map.entry(2, "PACKET_DROP_MEMBERSHIP"),
                    Map.entry(5, "PACKET_RX_RING"),
                    Map.entry(6, "PACKET_STATISTICS"),
                    Map.entry(7, "PACKET_COPY_THRESH"),
                    Map.entry(8, "PACKET_AUXDATA"),
                    Map.entry(10, "PACKET_VERSION"),
                    Map.entry(11, "PACKET_HDRLEN"),
                    Map.entry(12, "PACKET_RESERVE"),
                    Map.entry(13, "PACKET_TX_RING"),
                    Map.entry(14, "PACKET_LOSS"),
                    Map.entry(15, "PACKET_VNET_HDR"),
                    Map.entry(18, "PACKET_FANOUT"),
                    Map.entry(19, "PACKET_TX_HAS_OFF"),
                    Map.entry(20, "PACKET_QDISC_BYPASS"),
                    Map.entry(21, "PACKET_ROLLOVER_STATS"),
                    Map.entry(22, "PACKET_FANOUT_DATA"),
                    Map.entry(23, "PACKET_IGNORE_OUTGOING"),
                    Map.entry(24, "PACKET_VNET_HDR_SZ"));

    private static final Map<Integer, String> XDP_OPTIONS =
            Map.of(
                    1, "XDP_MMAP_OFFSETS",
                    2, "XDP_RX_RING",
                    3, "XDP_TX_RING",
                    4, "XDP_UMEM_REG",
                    5, "XDP_UMEM_FILL_RING",
                    6, "XDP_UMEM_COMPLETION_RING",
                    7, "XDP_STATISTICS",
                    8, "XDP_OPTIONS",
                    9, "XDP_MAX_TX_SKB_BUDGET");

    private SocketNames() {}

    static String domain(int domain) {
        return DOMAINS.getOrDefault(domain, "domain=" + domain);
    }

    /// Subject of a socket option call, such as `fd=12, PACKET_FANOUT`.
    static String option(int fd, int level, int name) {
        String fallback = "level=" + level + ", option=" + name;
        String option =
                switch (level) {
                    case Sockets.SOL_SOCKET -> SOCKET_OPTIONS.getOrDefault(name, fallback);
                    case Sockets.SOL_PACKET -> PACKET_OPTIONS.getOrDefault(name, fallback);
                    case Sockets.SOL_XDP -> XDP_OPTIONS.getOrDefault(name, fallback);
                    default -> fallback;
                };
        return "fd=" + fd + ", " + option;
    }
}
