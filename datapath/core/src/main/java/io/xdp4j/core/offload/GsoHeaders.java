package io.xdp4j.core.offload;

import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.ebpf.memory.RawMemory;
import org.jspecify.annotations.Nullable;

/// The headers of a GSO frame: where they are and how a segment's differ from them.
///
/// @param network offset of the IP header
/// @param transport offset of the TCP or UDP header
/// @param length bytes before the payload
/// @param ipv4 IPv4, else IPv6
/// @param tcp TCP, else UDP
record GsoHeaders(int network, int transport, int length, boolean ipv4, boolean tcp) {
    private static final int TYPE_MASK = 0x7f;
    private static final int TYPE_TCPV4 = 1;
    private static final int TYPE_TCPV6 = 4;
    private static final int TYPE_UDP_L4 = 5;

    private static final int UDP_HEADER = 8;
    private static final int TCP_HEADER = 20;
    private static final int IPPROTO_TCP = 6;
    private static final int IPPROTO_UDP = 17;
    private static final int TCP_FIN_PSH = 0x09;
    private static final int TCP_CWR = 0x80;

    /// Null when the packet is none that its metadata say.
    static @Nullable GsoHeaders parse(XdpFrame frame) {
        int type = frame.gsoType() & TYPE_MASK;
        boolean tcp = type == TYPE_TCPV4 || type == TYPE_TCPV6;
        if (!frame.needsChecksum() || (!tcp && type != TYPE_UDP_L4)) {
            return null;
        }
        int network = networkOffset(frame);
        int transport = frame.checksumStart();
        int minimum = tcp ? TCP_HEADER : UDP_HEADER;
        if (network < 0 || transport < network + 20 || transport + minimum > frame.length()) {
            return null;
        }
        int version = RawMemory.u8(frame.data() + network) >>> 4;
        int length =
                transport
                        + (tcp
                                ? (RawMemory.u8(frame.data() + transport + 12) >>> 4) * 4
                                : UDP_HEADER);
        boolean ipv4 = version == 4;
        if ((!ipv4 && version != 6)
                || (!ipv4 && transport < network + 40)
                || length < transport + minimum
                || length > frame.length()) {
            return null;
        }
        return new GsoHeaders(network, transport, length, ipv4, tcp);
    }

    /// Offset behind the Ethernet header and up to two VLAN tags, -1 when the frame is too short.
    private static int networkOffset(XdpFrame frame) {
        int at = 12;
        for (int tags = 0; at + 2 <= frame.length(); tags++) {
            int type = RawMemory.u16be(frame.data() + at);
            if ((type != 0x8100 && type != 0x88a8) || tags == 2) {
                return at + 2;
            }
            at += 4;
        }
        return -1;
    }

    /// Turns copied headers into those of segment `index`, checksums included.
    void finish(XdpFrame segment, int index, int size, boolean last) {
        long data = segment.data();
        int bytes = segment.length();
        if (ipv4) {
            finishIpv4(data + network, bytes - network, index);
        } else {
            RawMemory.putShortBe(data + network + 4, bytes - network - 40);
        }
        if (tcp) {
            finishTcp(data + transport, index, size, last);
        } else {
            RawMemory.putShortBe(data + transport + 4, bytes - transport);
        }
        finishTransportChecksum(data, bytes);
    }

    private void finishIpv4(long header, int totalLength, int index) {
        RawMemory.putShortBe(header + 2, totalLength);
        RawMemory.putShortBe(header + 4, RawMemory.u16be(header + 4) + index);
        RawMemory.putShort(header + 10, 0);
        int headerBytes = (RawMemory.u8(header) & 0xf) * 4;
        int sum = InternetChecksum.fold(InternetChecksum.add(0, header, headerBytes));
        RawMemory.putShort(header + 10, InternetChecksum.complement(sum, false));
    }

    private static void finishTcp(long header, int index, int size, boolean last) {
        RawMemory.putIntBe(header + 4, RawMemory.getIntBe(header + 4) + index * size);
        int flags = RawMemory.u8(header + 13);
        if (!last) {
            flags &= ~TCP_FIN_PSH;
        }
        if (index > 0) {
            flags &= ~TCP_CWR;
        }
        RawMemory.putByte(header + 13, flags);
    }

    private void finishTransportChecksum(long data, int bytes) {
        int field = transport + (tcp ? 16 : 6);
        RawMemory.putShort(data + field, 0);
        int length = bytes - transport;
        long sum =
                ipv4
                        ? InternetChecksum.add(0, data + network + 12, 8)
                        : InternetChecksum.add(0, data + network + 8, 32);
        // Protocol and length of the pseudo header, as memory order sees them.
        sum += (long) (tcp ? IPPROTO_TCP : IPPROTO_UDP) << 8;
        sum += Short.reverseBytes((short) length) & 0xffff;
        int folded = InternetChecksum.fold(InternetChecksum.add(sum, data + transport, length));
        RawMemory.putShort(data + field, InternetChecksum.complement(folded, !tcp));
    }
}
