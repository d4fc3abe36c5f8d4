package io.xdp4j.tools.xdptools;

import io.xdp4j.tools.exit.CommandException;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/// The Ethernet and IP headers of a packet that trafficgen repeats.
///
/// @param destinationMac 6 bytes
/// @param sourceMac 6 bytes
/// @param destination of the same version as the source
/// @param source IP address
/// @param protocol what the IP packet carries
@SuppressWarnings("ArrayRecordComponent") // nobody compares them
record IpTemplate(
        byte[] destinationMac,
        byte[] sourceMac,
        InetAddress destination,
        InetAddress source,
        int protocol) {
    static final int PROTOCOL_TCP = 6;
    static final int PROTOCOL_UDP = 17;

    private static final int ETHERNET = 14;
    private static final int IPV4 = 20;
    private static final int IPV6 = 40;
    private static final int TTL = 64;
    private static final short ETH_P_IP = 0x0800;
    private static final short ETH_P_IPV6 = (short) 0x86dd;

    IpTemplate {
        if (destination.getAddress().length != source.getAddress().length) {
            throw CommandException.usage(
                    "addresses: of two IP versions (expected: both IPv4 or both IPv6)");
        }
    }

    private boolean isIpv4() {
        return source.getAddress().length == Integer.BYTES;
    }

    /// Bytes before what the IP packet carries.
    int headerBytes() {
        return ETHERNET + (isIpv4() ? IPV4 : IPV6);
    }

    /// The frame around a segment, whose checksum is set.
    ///
    /// @param segment header and data of the protocol; the checksum in it is zero
    /// @param checksumAt where in the segment its checksum is
    byte[] frame(byte[] segment, int checksumAt) {
        byte[] bytes = new byte[headerBytes() + segment.length];
        ByteBuffer frame = ByteBuffer.wrap(bytes);
        frame.put(destinationMac).put(sourceMac);
        if (isIpv4()) {
            putIpv4(frame, bytes, segment.length);
        } else {
            frame.putShort(ETH_P_IPV6)
                    .putInt(6 << 28)
                    .putShort((short) segment.length)
                    .put((byte) protocol)
                    .put((byte) TTL)
                    .put(source.getAddress())
                    .put(destination.getAddress());
        }
        frame.put(segment);
        int check = checksum(pseudoHeader(segment.length), bytes, headerBytes(), segment.length);
        frame.putShort(headerBytes() + checksumAt, (short) (check == 0 ? 0xffff : check));
        return bytes;
    }

    private void putIpv4(ByteBuffer frame, byte[] bytes, int length) {
        frame.putShort(ETH_P_IP);
        int start = frame.position();
        frame.putShort((short) 0x4500)
                .putShort((short) (IPV4 + length))
                .putInt(0)
                .put((byte) TTL)
                .put((byte) protocol)
                .putShort((short) 0)
                .put(source.getAddress())
                .put(destination.getAddress());
        frame.putShort(start + 10, (short) checksum(0, bytes, start, IPV4));
    }

    private long pseudoHeader(int length) {
        long sum = protocol + (long) length;
        for (InetAddress address : new InetAddress[] {source, destination}) {
            ByteBuffer words = ByteBuffer.wrap(address.getAddress());
            while (words.hasRemaining()) {
                sum += words.getShort() & 0xffff;
            }
        }
        return sum;
    }

    private static int checksum(long start, byte[] bytes, int from, int length) {
        long sum = start;
        for (int i = 0; i < length; i++) {
            sum += (bytes[from + i] & 0xffL) << (i % 2 == 0 ? Byte.SIZE : 0);
        }
        while (sum >> Short.SIZE != 0) {
            sum = (sum & 0xffff) + (sum >> Short.SIZE);
        }
        return (int) (~sum & 0xffff);
    }
}
