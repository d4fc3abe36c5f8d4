package io.xdp4j.tools.xsk;

import io.xdp4j.afxdp.Umem;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/// The packet that is sent over and over.
///
/// Kernel: `gen_eth_hdr_data`, `struct pktgen_hdr`, as receivers of xdpsock's packets know them.
@SuppressWarnings("ArrayRecordComponent") // nobody compares them
public record TxPacket(byte[] bytes, int stampOffset) {
    static final int ETHERNET = 14;
    static final int VLAN = 4;
    private static final int IPV4 = 20;
    private static final int UDP = 8;

    /// Bytes of a time stamp with its number.
    static final int STAMP = 16;

    /// The smallest packet without its checksum, and with a tag.
    static final int HEADERS = ETHERNET + IPV4 + UDP;

    private static final int STAMP_MAGIC = 0xbe9be955;
    private static final int SOURCE_IP = 0x0a0a0a10;
    private static final int DESTINATION_IP = 0x0a0a0a20;
    private static final int PORT = 0x1000;
    private static final int TTL = 64;
    private static final int PROTOCOL_UDP = 17;
    private static final int NANOS_PER_MICRO = 1000;

    /// What stands in the packet.
    ///
    /// @param lengthBytes of the frame, without its checksum
    /// @param vlan tag control information, -1 for an untagged packet
    /// @param stamped whether each packet has its number and the time
    record Content(
            byte[] destination,
            byte[] source,
            int lengthBytes,
            int pattern,
            int vlan,
            boolean stamped) {
        int headers() {
            return HEADERS + (vlan < 0 ? 0 : VLAN);
        }

        /// The smallest length.
        int minimum() {
            return headers() + (stamped ? STAMP : 0);
        }
    }

    /// A packet of any bytes.
    public static TxPacket of(byte[] frame) {
        return new TxPacket(frame, -1);
    }

    static TxPacket of(Content content) {
        byte[] bytes = new byte[content.lengthBytes()];
        ByteBuffer frame = ByteBuffer.wrap(bytes);
        frame.put(content.destination()).put(content.source());
        if (content.vlan() >= 0) {
            frame.putShort((short) 0x8100).putShort((short) content.vlan());
        }
        frame.putShort((short) 0x0800);
        int ip = frame.position();
        int udpLength = bytes.length - ip - IPV4;
        frame.putShort((short) 0x4500)
                .putShort((short) (IPV4 + udpLength))
                .putInt(0)
                .put((byte) TTL)
                .put((byte) PROTOCOL_UDP)
                .putShort((short) 0)
                .putInt(SOURCE_IP)
                .putInt(DESTINATION_IP);
        frame.putShort(ip + 10, (short) ~sum(bytes, ip, IPV4, 0));
        int udp = frame.position();
        frame.putShort((short) PORT).putShort((short) PORT).putShort((short) udpLength);
        int payload = udp + UDP;
        for (int i = payload; i < bytes.length; i++) {
            bytes[i] = (byte) (content.pattern() >>> (24 - (i - payload) % 4 * 8));
        }
        // A stamped packet differs each time, so its checksum is left out.
        if (!content.stamped()) {
            int pseudo = sum(bytes, ip + 12, 8, PROTOCOL_UDP + udpLength);
            int check = ~sum(bytes, udp, udpLength, pseudo) & 0xffff;
            frame.putShort(udp + 6, (short) (check == 0 ? 0xffff : check));
        }
        return new TxPacket(bytes, content.stamped() ? payload : -1);
    }

    private static int sum(byte[] bytes, int from, int length, int start) {
        long sum = start;
        for (int i = 0; i < length; i++) {
            sum += (bytes[from + i] & 0xffL) << (i % 2 == 0 ? Byte.SIZE : 0);
        }
        while (sum >> Short.SIZE != 0) {
            sum = (sum & 0xffff) + (sum >> Short.SIZE);
        }
        return (int) sum;
    }

    int length() {
        return bytes.length;
    }

    /// Writes the packet into all chunks, `parts` of them a packet.
    void fill(Umem umem, int parts) {
        int chunkBytes = umem.config().chunkBytes();
        for (int chunk = 0; chunk < umem.chunks(); chunk++) {
            int from = chunk % parts * chunkBytes;
            RawMemory.copyIn(
                    bytes,
                    from,
                    umem.pointer(umem.chunk(chunk)),
                    Math.min(chunkBytes, bytes.length - from));
        }
    }

    /// Writes number and time, where packets have them.
    @HotPath
    void stamp(long data, long number) {
        if (stampOffset < 0) {
            return;
        }
        long now = System.currentTimeMillis();
        long at = data + stampOffset;
        put(at, STAMP_MAGIC);
        put(at + 4, (int) number);
        put(at + 8, (int) TimeUnit.MILLISECONDS.toSeconds(now));
        put(at + 12, (int) (now % 1000) * NANOS_PER_MICRO);
    }

    @HotPath
    private static void put(long at, int bigEndian) {
        RawMemory.putInt(at, Integer.reverseBytes(bigEndian));
    }
}
