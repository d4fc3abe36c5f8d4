package io.xdp4j.testkit;

/// Internet checksums over arrays, written apart from the datapath's own so that each can check the
/// other.
///
/// Thread: any.
public final class Checksums {
    private static final int IPPROTO_ICMP = 1;
    private static final int IPPROTO_TCP = 6;
    private static final int IPPROTO_UDP = 17;
    private static final int IPPROTO_ICMPV6 = 58;

    private Checksums() {}

    /// The ones' complement sum of 16-bit words in network order, not complemented.
    public static int sum(byte[] bytes, int from, int to) {
        int sum = 0;
        for (int i = from; i < to; i += 2) {
            int low = i + 1 < to ? bytes[i + 1] & 0xff : 0;
            sum = endAroundCarry(sum + ((bytes[i] & 0xff) << 8 | low));
        }
        return sum;
    }

    /// The sum of the pseudo header of an IPv4 or IPv6 packet.
    public static int pseudoHeader(byte[] frame, int network, int protocol, int length) {
        boolean ipv4 = (frame[network] & 0xf0) == 0x40;
        int addresses =
                ipv4
                        ? sum(frame, network + 12, network + 20)
                        : sum(frame, network + 8, network + 40);
        return endAroundCarry(
                endAroundCarry(addresses + protocol)
                        + endAroundCarry((length >>> 16) + (length & 0xffff)));
    }

    static int endAroundCarry(int sum) {
        return (sum & 0xffff) + (sum >>> 16);
    }

    /// What is wrong with a frame's checksums and lengths: empty when all is well.
    ///
    /// Knows Ethernet with VLAN tags, IPv4, IPv6 without extension headers, UDP, TCP, ICMP; leaves
    /// fragments' transport headers alone.
    public static String defects(byte[] frame) {
        int at = 12;
        while (u16(frame, at) == 0x8100 || u16(frame, at) == 0x88a8) {
            at += 4;
        }
        return switch (u16(frame, at)) {
            case 0x0800 -> ipv4Defects(frame, at + 2);
            case 0x86dd -> ipv6Defects(frame, at + 2);
            default -> "";
        };
    }

    private static String ipv4Defects(byte[] frame, int network) {
        int header = (frame[network] & 0xf) * 4;
        int total = u16(frame, network + 2);
        if (network + total > frame.length) {
            return "IPv4 total length " + total + ", there are " + (frame.length - network);
        }
        if (sum(frame, network, network + header) != 0xffff) {
            return "IPv4 header checksum";
        }
        boolean fragment = (u16(frame, network + 6) & 0x3fff) != 0;
        return fragment
                ? ""
                : transportDefects(frame, network, network + header, total - header, 9);
    }

    private static String ipv6Defects(byte[] frame, int network) {
        int length = u16(frame, network + 4);
        if (network + 40 + length > frame.length) {
            return "IPv6 payload length " + length + ", there are " + (frame.length - network - 40);
        }
        return transportDefects(frame, network, network + 40, length, 6);
    }

    private static String transportDefects(
            byte[] frame, int network, int transport, int length, int protocolAt) {
        int protocol = frame[network + protocolAt] & 0xff;
        int pseudo = pseudoHeader(frame, network, protocol, length);
        int whole = sum(frame, transport, transport + length);
        return switch (protocol) {
            case IPPROTO_TCP, IPPROTO_ICMPV6 ->
                    endAroundCarry(pseudo + whole) == 0xffff
                            ? ""
                            : "checksum of protocol " + protocol;
            case IPPROTO_ICMP -> whole == 0xffff ? "" : "ICMP checksum";
            case IPPROTO_UDP ->
                    udpDefects(frame, transport, length, endAroundCarry(pseudo + whole));
            default -> "";
        };
    }

    private static String udpDefects(byte[] frame, int transport, int length, int sum) {
        if (u16(frame, transport + 4) != length) {
            return "UDP length " + u16(frame, transport + 4) + ", IP says " + length;
        }
        boolean none = u16(frame, transport + 6) == 0 && (frame[12] & 0xff) != 0x86;
        return none || sum == 0xffff ? "" : "UDP checksum";
    }

    /// Two bytes in network order.
    public static int u16(byte[] bytes, int at) {
        return (bytes[at] & 0xff) << 8 | (bytes[at + 1] & 0xff);
    }

    /// Four bytes in network order.
    public static int s32(byte[] bytes, int at) {
        return u16(bytes, at) << 16 | u16(bytes, at + 2);
    }
}
