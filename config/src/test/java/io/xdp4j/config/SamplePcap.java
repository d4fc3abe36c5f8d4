package io.xdp4j.config;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;

/// Makes `examples/sample.pcap`: two hosts that talk ARP, ICMP, UDP, TCP, in a VLAN and over IPv6.
///
/// Run `main` to write the file again; a test compares it with what this makes.
final class SamplePcap {
    private static final HexFormat HEX = HexFormat.of();
    private static final String HOST_A = "020000000001";
    private static final String HOST_B = "020000000002";
    private static final String BROADCAST = "ffffffffffff";
    private static final String ALL_NODES_OF_B = "3333ff000002";
    private static final String IP_A = "0a000001";
    private static final String IP_B = "0a000002";
    private static final String IP6_A = "fd000000000000000000000000000001";
    private static final String IP6_B = "fd000000000000000000000000000002";
    private static final String IP6_SOLICITED = "ff0200000000000000000001ff000002";
    private static final int ICMP = 1;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int ICMPV6 = 58;
    private static final int FIRST_SECOND = 1_700_000_000;
    private static final int GAP_MICROS = 1_000;
    private static final int MIN_FRAME = 60;

    private final ByteArrayOutputStream file = new ByteArrayOutputStream();
    private int frames;

    private SamplePcap() {}

    public static void main(String[] args) throws IOException {
        Files.write(Path.of(args[0]), bytes());
    }

    static byte[] bytes() {
        SamplePcap pcap = new SamplePcap();
        pcap.header();
        pcap.conversation();
        return pcap.file.toByteArray();
    }

    private void conversation() {
        frame(BROADCAST + HOST_A + "0806", arp(1, HOST_A, IP_A, "000000000000", IP_B));
        frame(HOST_A + HOST_B + "0806", arp(2, HOST_B, IP_B, HOST_A, IP_A));
        frame(toB("0800"), ipv4(IP_A, IP_B, ICMP, echo(8, "ping")));
        frame(toA("0800"), ipv4(IP_B, IP_A, ICMP, echo(0, "ping")));
        frame(toB("0800"), ipv4(IP_A, IP_B, UDP, udp(IP_A + IP_B, 40000, 4000, "query")));
        frame(toA("0800"), ipv4(IP_B, IP_A, UDP, udp(IP_B + IP_A, 4000, 40000, "answer")));
        frame(toB("0800"), ipv4(IP_A, IP_B, TCP, tcp(IP_A + IP_B, 50000, 80, 1, 0, 0x02, "")));
        frame(toA("0800"), ipv4(IP_B, IP_A, TCP, tcp(IP_B + IP_A, 80, 50000, 9, 2, 0x12, "")));
        frame(toB("0800"), ipv4(IP_A, IP_B, TCP, tcp(IP_A + IP_B, 50000, 80, 2, 10, 0x10, "")));
        String get = "GET / HTTP/1.0\r\n\r\n";
        frame(toB("0800"), ipv4(IP_A, IP_B, TCP, tcp(IP_A + IP_B, 50000, 80, 2, 10, 0x18, get)));
        frame(toB("8100000a0800"), ipv4(IP_A, IP_B, UDP, udp(IP_A + IP_B, 40001, 7, "tagged")));
        String solicit = "8700" + "0000" + "00000000" + IP6_B + "0101" + HOST_A;
        frame(
                ALL_NODES_OF_B + HOST_A + "86dd",
                ipv6(
                        IP6_A,
                        IP6_SOLICITED,
                        255,
                        ICMPV6,
                        checksummed6(IP6_A, IP6_SOLICITED, ICMPV6, solicit, 2)));
        frame(toB("86dd"), ipv6(IP6_A, IP6_B, 64, UDP, udp6(40002, 4000, "query")));
        frame(
                BROADCAST + HOST_A + "0800",
                ipv4("00000000", "ffffffff", UDP, udp("00000000ffffffff", 40003, 4000, "anyone")));
    }

    private void header() {
        ByteBuffer header = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
        header.putInt(0xa1b2c3d4).putShort((short) 2).putShort((short) 4);
        header.putInt(0).putInt(0).putInt(262144).putInt(1);
        file.writeBytes(header.array());
    }

    private void frame(String ethernet, String payload) {
        byte[] bytes = HEX.parseHex(ethernet + payload);
        int length = Math.max(bytes.length, MIN_FRAME);
        ByteBuffer entry = ByteBuffer.allocate(16 + length).order(ByteOrder.LITTLE_ENDIAN);
        entry.putInt(FIRST_SECOND).putInt(frames++ * GAP_MICROS).putInt(length).putInt(length);
        entry.put(bytes);
        file.writeBytes(entry.array());
    }

    private static String toB(String type) {
        return HOST_B + HOST_A + type;
    }

    private static String toA(String type) {
        return HOST_A + HOST_B + type;
    }

    private static String arp(int op, String mac, String ip, String targetMac, String targetIp) {
        return "0001080006040" + "00" + op + mac + ip + targetMac + targetIp;
    }

    private static String ipv4(String src, String dst, int protocol, String payload) {
        String start = "4500" + u16(20 + payload.length() / 2) + "0000" + "4000" + "40";
        String header = start + u8(protocol) + "0000" + src + dst;
        return checksummed("", header, 10) + payload;
    }

    private static String ipv6(String src, String dst, int hops, int next, String payload) {
        return "60000000" + u16(payload.length() / 2) + u8(next) + u8(hops) + src + dst + payload;
    }

    private static String echo(int type, String text) {
        return checksummed("", u8(type) + "00" + "0000" + "1234" + "0001" + text(text), 2);
    }

    private static String udp(String addresses, int from, int to, String text) {
        String datagram = u16(from) + u16(to) + u16(8 + text.length()) + "0000" + text(text);
        return checksummed(addresses + "00" + u8(UDP) + u16(8 + text.length()), datagram, 6);
    }

    private static String udp6(int from, int to, String text) {
        String datagram = u16(from) + u16(to) + u16(8 + text.length()) + "0000" + text(text);
        return checksummed6(IP6_A, IP6_B, UDP, datagram, 6);
    }

    private static String tcp(
            String addresses, int from, int to, int seq, int ack, int flags, String text) {
        String ports = u16(from) + u16(to) + "%08x%08x".formatted(seq, ack);
        String segment = ports + "50" + u8(flags) + "ffff" + "0000" + "0000" + text(text);
        return checksummed(addresses + "00" + u8(TCP) + u16(segment.length() / 2), segment, 16);
    }

    private static String checksummed6(String src, String dst, int next, String message, int at) {
        return checksummed(
                src + dst + "%08x%08x".formatted(message.length() / 2, next), message, at);
    }

    /// Writes the Internet checksum of pseudo header and message to an offset of the message.
    private static String checksummed(String pseudo, String message, int at) {
        byte[] bytes = HEX.parseHex(pseudo + message);
        int sum = 0;
        for (int i = 0; i < bytes.length; i++) {
            sum += (bytes[i] & 0xff) << (i % 2 == 0 ? 8 : 0);
        }
        while (sum > 0xffff) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        String checksum = u16(~sum & 0xffff);
        return message.substring(0, 2 * at) + checksum + message.substring(2 * at + 4);
    }

    private static String text(String text) {
        return HEX.formatHex(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String u8(int value) {
        return "%02x".formatted(value);
    }

    private static String u16(int value) {
        return "%04x".formatted(value);
    }
}
