package io.xdp4j.testkit;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// Builds Ethernet frames for tests, layer by layer; lengths and checksums are filled in.
///
/// ```java
/// byte[] frame =
///         Frames.ethernet().vlan(7).ipv4("10.0.0.1", "10.0.0.2").udp(1000, 2000).payload(64).build();
/// ```
///
/// Thread: one at a time; a builder may be built several times.
/// Fails: `IllegalArgumentException` for text that is no address.
public final class Frames {
    /// MAC that frames go to unless told otherwise.
    public static final String DESTINATION = "02:00:00:00:00:02";

    /// MAC that frames come from unless told otherwise.
    public static final String SOURCE = "02:00:00:00:00:01";

    private static final int ARP = 0x0806;
    private static final int IPV4 = 0x0800;
    private static final int IPV6 = 0x86dd;
    private static final int ICMP = 1;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int ICMPV6 = 58;

    private byte[] destination = mac(DESTINATION);
    private byte[] source = mac(SOURCE);
    private final List<byte[]> tags = new ArrayList<>();
    private int etherType;
    private byte[] arp = {};
    private byte[] sourceIp = {};
    private byte[] destinationIp = {};
    private int ttl = 64;
    private int trafficClass;
    private int identification;
    private int fragmentField;
    private int protocol = -1;
    private byte[] transport = {};
    private byte[] payload = {};
    private int minimumLength;
    private boolean partialChecksum;

    private Frames() {}

    /// A frame between the default MACs.
    public static Frames ethernet() {
        return new Frames();
    }

    /// A frame between two MACs.
    public static Frames ethernet(String source, String destination) {
        Frames frame = new Frames();
        frame.source = mac(source);
        frame.destination = mac(destination);
        return frame;
    }

    /// A UDP frame of `length` bytes over IPv4, at least 42; `flow` makes addresses and ports.
    public static byte[] udp4(int flow, int length) {
        return ethernet()
                .ipv4("10.0." + (flow >>> 8 & 0xff) + "." + (flow & 0xff), "10.1.0.1")
                .udp(1024 + flow % 60000, 9000)
                .length(length)
                .build();
    }

    /// The six bytes of a MAC such as `02:00:00:00:00:01`.
    public static byte[] mac(String text) {
        byte[] mac = HexFormat.ofDelimiter(":").parseHex(text);
        if (mac.length != 6) {
            throw new IllegalArgumentException("mac: " + text + " (expected: six octets)");
        }
        return mac;
    }

    // ---- layers

    public Frames from(String mac) {
        source = mac(mac);
        return this;
    }

    public Frames to(String mac) {
        destination = mac(mac);
        return this;
    }

    /// Adds an 802.1Q tag behind those there are.
    public Frames vlan(int id) {
        return vlan(0x8100, 0, id);
    }

    /// Adds a tag with its own protocol id and priority.
    public Frames vlan(int tpid, int priority, int id) {
        int tci = priority << 13 | id;
        tags.add(new byte[] {(byte) (tpid >>> 8), (byte) tpid, (byte) (tci >>> 8), (byte) tci});
        return this;
    }

    /// A frame of another protocol, whose bytes are the payload.
    public Frames etherType(int type) {
        etherType = type;
        return this;
    }

    /// An ARP request (1) or reply (2).
    public Frames arp(int operation, String senderMac, String senderIp, String mac, String ip) {
        etherType = ARP;
        arp =
                ByteBuffer.allocate(28)
                        .putShort((short) 1)
                        .putShort((short) IPV4)
                        .put((byte) 6)
                        .put((byte) 4)
                        .putShort((short) operation)
                        .put(mac(senderMac))
                        .put(address(senderIp, 4))
                        .put(mac(mac))
                        .put(address(ip, 4))
                        .array();
        return this;
    }

    public Frames ipv4(String from, String to) {
        etherType = IPV4;
        sourceIp = address(from, 4);
        destinationIp = address(to, 4);
        return this;
    }

    public Frames ipv6(String from, String to) {
        etherType = IPV6;
        sourceIp = address(from, 16);
        destinationIp = address(to, 16);
        return this;
    }

    /// Time to live, hop limit.
    public Frames ttl(int hops) {
        ttl = hops;
        return this;
    }

    /// Type of service, traffic class.
    public Frames trafficClass(int octet) {
        trafficClass = octet;
        return this;
    }

    /// IPv4 identification.
    public Frames identification(int id) {
        identification = id;
        return this;
    }

    /// Makes the packet an IPv4 fragment; the offset is in bytes.
    public Frames fragment(int offset, boolean more) {
        fragmentField = offset / 8 | (more ? 0x2000 : 0);
        return this;
    }

    public Frames udp(int sourcePort, int destinationPort) {
        protocol = UDP;
        transport = new byte[8];
        put16(transport, 0, sourcePort);
        put16(transport, 2, destinationPort);
        return this;
    }

    /// TCP with ACK set; see [#tcp(int, int, long, long, int)].
    public Frames tcp(int sourcePort, int destinationPort) {
        return tcp(sourcePort, destinationPort, 1, 1, 0x10);
    }

    public Frames tcp(
            int sourcePort, int destinationPort, long sequence, long acknowledged, int flags) {
        protocol = TCP;
        transport =
                ByteBuffer.allocate(20)
                        .putShort((short) sourcePort)
                        .putShort((short) destinationPort)
                        .putInt((int) sequence)
                        .putInt((int) acknowledged)
                        .put((byte) 0x50)
                        .put((byte) flags)
                        .putShort((short) 0xffff)
                        .putInt(0)
                        .array();
        return this;
    }

    /// An echo request, ICMP or ICMPv6 as the network layer wants it.
    public Frames icmpEcho(int id, int sequence) {
        protocol = etherType == IPV6 ? ICMPV6 : ICMP;
        transport = new byte[8];
        transport[0] = (byte) (protocol == ICMPV6 ? 128 : 8);
        put16(transport, 4, id);
        put16(transport, 6, sequence);
        return this;
    }

    /// An IP packet of another protocol, whose bytes are the payload.
    public Frames protocol(int number) {
        protocol = number;
        transport = new byte[0];
        return this;
    }

    public Frames payload(byte[] bytes) {
        payload = bytes.clone();
        return this;
    }

    public Frames payload(String text) {
        return payload(text.getBytes(StandardCharsets.UTF_8));
    }

    /// A payload of `length` bytes that differ from their neighbours.
    public Frames payload(int length) {
        payload = new byte[length];
        for (int i = 0; i < length; i++) {
            payload[i] = (byte) (i * 31 + (i >>> 8));
        }
        return this;
    }

    /// Makes the payload as long as a frame of `frameLength` bytes needs it.
    public Frames length(int frameLength) {
        int headers = transportOffset() + transport.length;
        if (frameLength < headers) {
            throw new IllegalArgumentException(
                    "frameLength: " + frameLength + " (expected: >= " + headers + ")");
        }
        return payload(frameLength - headers);
    }

    /// Appends zeroes behind the packet up to `frameLength` bytes.
    public Frames pad(int frameLength) {
        minimumLength = frameLength;
        return this;
    }

    /// Leaves the TCP or UDP checksum as a sender with checksum offload does: the pseudo header's
    /// sum.
    public Frames partialChecksum() {
        return partialChecksum(true);
    }

    public Frames partialChecksum(boolean on) {
        partialChecksum = on;
        return this;
    }

    // ---- result

    /// Offset of the IP header, or of what follows the EtherType.
    public int networkOffset() {
        return 14 + 4 * tags.size();
    }

    /// Offset of the TCP, UDP or ICMP header.
    public int transportOffset() {
        int network =
                switch (etherType) {
                    case IPV4 -> 20;
                    case IPV6 -> 40;
                    default -> arp.length;
                };
        return networkOffset() + network;
    }

    /// Offset of the payload.
    public int payloadOffset() {
        return transportOffset() + transport.length;
    }

    /// Bytes from the transport header to its checksum field.
    public int checksumOffset() {
        return switch (protocol) {
            case TCP -> 16;
            case UDP -> 6;
            default -> 2;
        };
    }

    public byte[] build() {
        int length = payloadOffset() + payload.length;
        ByteBuffer out = ByteBuffer.allocate(Math.max(length, minimumLength));
        out.put(destination).put(source);
        tags.forEach(out::put);
        out.putShort((short) etherType).put(arp);
        int transportLength = transport.length + payload.length;
        if (etherType == IPV4) {
            putIpv4(out, transportLength);
        } else if (etherType == IPV6) {
            putIpv6(out, transportLength);
        }
        out.put(transport).put(payload);
        byte[] frame = out.array();
        finish(frame, transportLength);
        return frame;
    }

    private void putIpv4(ByteBuffer out, int transportLength) {
        out.put((byte) 0x45)
                .put((byte) trafficClass)
                .putShort((short) (20 + transportLength))
                .putShort((short) identification)
                .putShort((short) fragmentField)
                .put((byte) ttl)
                .put((byte) protocol)
                .putShort((short) 0)
                .put(sourceIp)
                .put(destinationIp);
    }

    private void putIpv6(ByteBuffer out, int transportLength) {
        out.putInt(6 << 28 | trafficClass << 20)
                .putShort((short) transportLength)
                .put((byte) protocol)
                .put((byte) ttl)
                .put(sourceIp)
                .put(destinationIp);
    }

    private void finish(byte[] frame, int transportLength) {
        int at = transportOffset();
        int network = networkOffset();
        if (etherType == IPV4) {
            put16(frame, network + 10, ~Checksums.sum(frame, network, network + 20));
        }
        if (protocol == UDP) {
            put16(frame, at + 4, transportLength);
        }
        if (transport.length == 0) {
            return;
        }
        int sum =
                protocol == ICMP
                        ? 0
                        : Checksums.pseudoHeader(frame, network, protocol, transportLength);
        if (partialChecksum) {
            put16(frame, at + checksumOffset(), sum);
            return;
        }
        int whole = Checksums.sum(frame, at, at + transportLength);
        int value = ~Checksums.endAroundCarry(sum + whole) & 0xffff;
        put16(frame, at + checksumOffset(), value == 0 && protocol == UDP ? 0xffff : value);
    }

    private static void put16(byte[] bytes, int at, int value) {
        bytes[at] = (byte) (value >>> 8);
        bytes[at + 1] = (byte) value;
    }

    private static byte[] address(String text, int length) {
        try {
            byte[] bytes = InetAddress.ofLiteral(text).getAddress();
            if (bytes.length == length) {
                return bytes;
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("address: " + text + " (expected: a literal)", e);
        }
        throw new IllegalArgumentException(
                "address: " + text + " (expected: IPv" + (length == 4 ? 4 : 6) + ")");
    }
}
