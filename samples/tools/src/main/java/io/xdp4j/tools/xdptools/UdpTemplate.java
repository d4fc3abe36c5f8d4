package io.xdp4j.tools.xdptools;

import io.xdp4j.tools.exit.CommandException;
import java.nio.ByteBuffer;

/// The UDP packet that trafficgen repeats.
///
/// @param headers around it
/// @param destinationPort the first one, when they vary
/// @param sourcePort of all packets
/// @param size of the frame, without its checksum
record UdpTemplate(IpTemplate headers, int destinationPort, int sourcePort, int size) {
    private static final int UDP = 8;
    private static final int CHECKSUM_AT = 6;
    private static final int MAX_SIZE = 1514;

    byte[] frame() {
        int least = headers.headerBytes() + UDP;
        if (size < least || size > MAX_SIZE) {
            throw CommandException.usage(
                    "--pkt-size: " + size + " (expected: " + least + ".." + MAX_SIZE + ")");
        }
        byte[] segment = new byte[size - headers.headerBytes()];
        ByteBuffer.wrap(segment)
                .putShort((short) sourcePort)
                .putShort((short) destinationPort)
                .putShort((short) segment.length);
        return headers.frame(segment, CHECKSUM_AT);
    }
}
