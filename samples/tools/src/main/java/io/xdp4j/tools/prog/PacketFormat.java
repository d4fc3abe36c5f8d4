package io.xdp4j.tools.prog;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// How a file holds packets.
enum PacketFormat {
    /// Found out from the content.
    AUTO,
    /// pcap or pcapng.
    PCAP,
    /// A JSON object a line, the packet in its property `hex`.
    JSONL,
    /// A packet a line in hex digits; blanks between them and lines that begin with `#` are skipped.
    HEX,
    /// The whole file is one packet.
    RAW;

    /// The format that the first bytes of a file speak for.
    static PacketFormat of(byte[] start) {
        if (hasMagic(start)) {
            return PCAP;
        }
        String text = new String(start, StandardCharsets.ISO_8859_1);
        String stripped = text.stripLeading();
        if (stripped.startsWith("{") && stripped.lines().findFirst().orElse("").contains("\"")) {
            return JSONL;
        }
        boolean hex =
                !stripped.isEmpty()
                        && text.lines()
                                .filter(line -> !line.startsWith("#"))
                                .allMatch(PacketFormat::isHex);
        return hex ? HEX : RAW;
    }

    private static boolean isHex(String line) {
        return line.chars().allMatch(c -> Character.digit(c, 16) >= 0 || c == ' ' || c == '\t');
    }

    private static boolean hasMagic(byte[] start) {
        if (start.length < 4) {
            return false;
        }
        int magic = ByteBuffer.wrap(start).getInt();
        return switch (magic) {
            case 0xa1b2c3d4, 0xd4c3b2a1, 0xa1b23c4d, 0x4d3cb2a1, 0x0a0d0d0a -> true;
            default -> false;
        };
    }
}
