package io.xdp4j.tools.xdptools;

import io.xdp4j.control.Attachment;
import io.xdp4j.control.DeviceInfo;
import io.xdp4j.control.ProgramInfo;
import io.xdp4j.core.device.XdpChain;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Programs of devices as `xdp-loader status` and `xdpdump -D` list them.
final class ProgramTable {
    private static final int WIDTH = 86;

    private ProgramTable() {}

    /// @param programs what is known of them, by id; Java programs are not among them
    static List<String> lines(List<DeviceInfo> devices, Map<Integer, ProgramInfo> programs) {
        List<String> lines = new ArrayList<>();
        lines.add(
                "%-16s %-5s %-17s Mode     ID   %-17s %s"
                        .formatted("Interface", "Prio", "Program name", "Tag", "Chain actions"));
        lines.add("-".repeat(WIDTH));
        for (DeviceInfo device : devices) {
            List<Attachment> attached = device.attached();
            if (attached.isEmpty()) {
                lines.add("%-22s <No XDP program loaded!>".formatted(device.name()));
            } else if (attached.getFirst().isChained()) {
                lines.add(
                        "%-16s %-5s %-17s %-8s"
                                .formatted(
                                        device.name(),
                                        "",
                                        XdpChain.NAME,
                                        attached.getFirst().mode().text()));
                attached.forEach(one -> lines.add(member(one, programs)));
            } else {
                lines.add(alone(device, attached.getFirst(), programs));
            }
        }
        return lines;
    }

    private static String tag(Attachment one, Map<Integer, ProgramInfo> programs) {
        ProgramInfo program = programs.get(one.program());
        return program == null ? "" : program.tag();
    }

    private static String alone(
            DeviceInfo device, Attachment one, Map<Integer, ProgramInfo> programs) {
        return "%-16s %-5s %-17s %-8s %-4d %-17s"
                .formatted(
                        device.name(),
                        "",
                        one.name(),
                        one.mode().text(),
                        one.program(),
                        tag(one, programs));
    }

    private static String member(Attachment one, Map<Integer, ProgramInfo> programs) {
        return "%-16s %-5d  %-16s %-8s %-4d %-17s %s"
                .formatted(
                        " =>",
                        one.priority(),
                        one.name(),
                        "",
                        one.program(),
                        tag(one, programs),
                        String.join(",", ChainActions.names(one.chainActions())));
    }
}
