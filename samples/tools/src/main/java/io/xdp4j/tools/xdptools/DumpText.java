package io.xdp4j.tools.xdptools;

import io.xdp4j.control.CapturedPacket;
import io.xdp4j.core.program.XdpAction;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A captured packet as xdpdump prints it.
final class DumpText {
    private static final long MICRO_NANOS = 1000;
    private static final long SECOND_NANOS = 1_000_000_000;
    private static final int ROW = 16;
    private static final int FIRST_PRINTABLE = 0x20;
    private static final int LAST_PRINTABLE = 0x7e;

    private DumpText() {}

    /// @param program its name, empty where there is none
    static List<String> lines(String device, String program, CapturedPacket packet, boolean hex) {
        List<String> lines = new ArrayList<>();
        String captured = hex ? ", captured " + packet.bytes().length + " bytes" : "";
        String where =
                program.isEmpty()
                        ? ""
                        : ", rx queue %d, id %d".formatted(packet.queue(), packet.packet());
        lines.add(
                "%d.%06d: %spacket size %d bytes%s on if_name \"%s\"%s"
                        .formatted(
                                packet.timeNanos() / SECOND_NANOS,
                                packet.timeNanos() % SECOND_NANOS / MICRO_NANOS,
                                program.isEmpty() ? "" : program + "()@" + point(packet) + ": ",
                                packet.length(),
                                captured,
                                device,
                                where));
        if (hex) {
            for (int at = 0; at < packet.bytes().length; at += ROW) {
                lines.add(row(packet.bytes(), at));
            }
        }
        return lines;
    }

    static String point(CapturedPacket packet) {
        return packet.isExit() ? "exit[" + XdpAction.nameOf(packet.action()) + "]" : "entry";
    }

    private static String row(byte[] bytes, int at) {
        StringBuilder digits = new StringBuilder();
        StringBuilder text = new StringBuilder();
        for (int i = at; i < Math.min(bytes.length, at + ROW); i++) {
            digits.append("%02x ".formatted(bytes[i]));
            boolean printable = bytes[i] >= FIRST_PRINTABLE && bytes[i] <= LAST_PRINTABLE;
            text.append(printable ? (char) bytes[i] : '.');
        }
        return "  0x%04x:  %-48s %s".formatted(at, digits, text);
    }

    static Map<String, Object> json(CapturedPacket packet) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("event", "packet");
        json.put("time_ns", packet.timeNanos());
        json.put("id", packet.packet());
        json.put("queue", packet.queue());
        json.put("point", packet.isExit() ? "exit" : "entry");
        if (packet.isExit()) {
            json.put("verdict", "XDP_" + XdpAction.nameOf(packet.action()));
        }
        json.put("length", packet.length());
        json.put("data", HexFormat.of().formatHex(packet.bytes()));
        return json;
    }
}
