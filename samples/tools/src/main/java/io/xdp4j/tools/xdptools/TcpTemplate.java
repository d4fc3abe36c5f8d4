package io.xdp4j.tools.xdptools;

import java.nio.ByteBuffer;

/// The TCP segment that trafficgen repeats; the program sets its numbers.
///
/// @param headers around it
/// @param destinationPort of the flow
/// @param sourcePort of the flow
/// @param mtu of the device that it leaves by
record TcpTemplate(IpTemplate headers, int destinationPort, int sourcePort, int mtu) {
    private static final int ETHERNET = 14;
    private static final int TCP = 20;
    private static final int CHECKSUM_AT = 16;
    private static final short DATA_OFFSET_AND_ACK = (short) (((TCP / 4) << 12) | 0x10);
    private static final short WINDOW = (short) 0xffff;

    /// Bytes of data in it.
    int payload() {
        return mtu + ETHERNET - headers.headerBytes() - TCP;
    }

    byte[] frame() {
        byte[] segment = new byte[TCP + payload()];
        ByteBuffer.wrap(segment)
                .putShort((short) sourcePort)
                .putShort((short) destinationPort)
                .putLong(0)
                .putShort(DATA_OFFSET_AND_ACK)
                .putShort(WINDOW);
        return headers.frame(segment, CHECKSUM_AT);
    }
}
