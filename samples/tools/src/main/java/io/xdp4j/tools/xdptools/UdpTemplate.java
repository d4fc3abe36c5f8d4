package io.xdp4j.tools.xdptools;

import io.xdp4j.tools.exit.CommandException;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/// The UDP packet that trafficgen repeats.
///
/// @param destinationMac 6 bytes
/// @param sourceMac 6 bytes
/// @param destination of the same version as the source
/// @param source IP address
/// @param destinationPort the first one, when they vary
/// @param sourcePort of all packets
/// @param size of the frame, without its checksum
@SuppressWarnings("ArrayRecordComponent") // nobody compares them
record UdpTemplate(
        byte[] destinationMac,
        byte[] sourceMac,
        InetAddress destination,
        InetAddress source,
        int destinationPort,
        int sourcePort,
        int size) {
    private static final int ETHERNET = 14;
    private static final int IPV4 = 20;
    private static final int IPV6 = 40;
    private static final int UDP = 8;
    private static final int PROTOCOL_UDP = 17;
    private static final int TTL = 64;
    private static final int MAX_SIZE = 1514;
    private static final short ETH_P_IP = 0x0800;
    private static final short ETH_P_IPV6 = (short) 0x86dd;

    private boolean isIpv4() {
        return source.getAddress().length == Integer.BYTES;
    }

    private int headers() {
        return ETHERNET + (isIpv4() ? IPV4 : IPV6) + UDP;
    }

    byte[] frame() {
        if (destination.getAddress().length != source.getAddress().length) {
            throw CommandException.usage(
                    "addresses: of two IP versions (expected: both IPv4 or both IPv6)");
        }
        if (size < headers() || size > MAX_SIZE) {
            throw CommandException.usage(
                    "--pkt-size: " + size + " (expected: " + headers() + ".." + MAX_SIZE + ")");
        }
        byte[] bytes = new byte[size];
        ByteBuffer frame = ByteBuffer.wrap(bytes);
        frame.put(destinationMac).put(sourceMac);
        int udpLength = size - headers() + UDP;
        if (isIpv4()) {
            putIpv4(frame, bytes, udpLength);
        } else {
            frame.putShort(ETH_P_IPV6)
                    .putInt(6 << 28)
                    .putShort((short) udpLength)
                    .put((byte) PROTOCOL_UDP)
                    .put((byte) TTL)
                    .put(source.getAddress())
                    .put(destination.getAddress());
        }
        int udp = frame.position();
        frame.putShort((short) sourcePort)
                .putShort((short) destinationPort)
                .putShort((short) udpLength);
        int check = checksum(pseudoHeader(udpLength), bytes, udp, udpLength);
        frame.putShort((short) (check == 0 ? 0xffff : check));
        return bytes;
    }

    private void putIpv4(ByteBuffer frame, byte[] bytes, int udpLength) {
        frame.putShort(ETH_P_IP);
        int start = frame.position();
        frame.putShort((short) 0x4500)
                .putShort((short) (IPV4 + udpLength))
                .putInt(0)
                .put((byte) TTL)
                .put((byte) PROTOCOL_UDP)
                .putShort((short) 0)
                .put(source.getAddress())
                .put(destination.getAddress());
        frame.putShort(start + 10, (short) checksum(0, bytes, start, IPV4));
    }

    private long pseudoHeader(int udpLength) {
        long sum = PROTOCOL_UDP + (long) udpLength;
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
