package io.xdp4j.tools.xdptools;

import io.xdp4j.control.CapturedPacket;
import io.xdp4j.control.DeviceInfo;
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

    /// @param program the name of the one it was captured at, empty where there is none
    static List<String> lines(
            DeviceInfo device, String program, CapturedPacket packet, boolean hex) {
        List<String> lines = new ArrayList<>();
        String size =
                "packet size %d bytes%s"
                        .formatted(
                                packet.length(),
                                hex ? ", captured " + packet.bytes().length + " bytes" : "");
        lines.add(
                program.isEmpty()
                        ? legacyLine(device, packet, size)
                        : programLine(device, program, packet, size));
        if (hex) {
            for (int at = 0; at < packet.bytes().length; at += ROW) {
                lines.add(row(packet.bytes(), at));
            }
        }
        return lines;
    }

    private static String legacyLine(DeviceInfo device, CapturedPacket packet, String size) {
        return "%d.%06d: %s on if_name \"%s\""
                .formatted(
                        packet.timeNanos() / SECOND_NANOS,
                        packet.timeNanos() % SECOND_NANOS / MICRO_NANOS,
                        size,
                        device.name());
    }

    private static String programLine(
            DeviceInfo device, String program, CapturedPacket packet, String size) {
        return "%d.%09d: %s()@%s: %s on if_index %d, rx queue %d, id %d"
                .formatted(
                        packet.timeNanos() / SECOND_NANOS,
                        packet.timeNanos() % SECOND_NANOS,
                        program,
                        point(packet),
                        size,
                        device.ifindex(),
                        packet.queue(),
                        packet.packet());
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

    static Map<String, Object> json(String program, CapturedPacket packet) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("event", "packet");
        json.put("time_ns", packet.timeNanos());
        if (!program.isEmpty()) {
            json.put("program", program);
        }
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
