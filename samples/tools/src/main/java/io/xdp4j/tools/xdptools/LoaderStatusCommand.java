package io.xdp4j.tools.xdptools;

import io.xdp4j.control.Attachment;
import io.xdp4j.control.DatapathControl;
import io.xdp4j.control.DeviceInfo;
import io.xdp4j.control.ObjectInfo;
import io.xdp4j.control.ProgramInfo;
import io.xdp4j.control.json.JsonText;
import io.xdp4j.tools.session.ControlCommand;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `xdp4j loader status`.
@Command(
        name = "status",
        description = "Show the programs of devices in the order in which they run.",
        mixinStandardHelpOptions = true)
final class LoaderStatusCommand extends ControlCommand {
    @Parameters(arity = "0..1", paramLabel = "IFNAME", description = "one device (default: all)")
    private @Nullable String device;

    @Override
    protected List<String> devices() {
        return device == null ? List.of() : List.of(device);
    }

    @Override
    protected void run(DatapathControl control, PrintWriter out) {
        List<DeviceInfo> shown =
                device == null ? control.devices() : List.of(device(control, device));
        Map<Integer, ProgramInfo> programs =
                control.objects().stream()
                        .map(ObjectInfo::programs)
                        .flatMap(List::stream)
                        .collect(Collectors.toMap(ProgramInfo::id, program -> program));
        if (json()) {
            out.println(
                    JsonText.of(
                            Map.of(
                                    "interfaces",
                                    shown.stream().map(LoaderStatusCommand::json).toList())));
            return;
        }
        out.println("CURRENT XDP PROGRAM STATUS:");
        out.println();
        ProgramTable.lines(shown, programs).forEach(out::println);
        out.println();
    }

    private static Map<String, Object> json(DeviceInfo device) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", device.name());
        json.put("programs", device.attached().stream().map(LoaderStatusCommand::json).toList());
        return json;
    }

    private static Map<String, Object> json(Attachment attached) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", attached.program());
        json.put("name", attached.name());
        json.put("mode", attached.mode().text());
        json.put("chained", attached.isChained());
        if (attached.isChained()) {
            json.put("priority", attached.priority());
            json.put("actions", ChainActions.names(attached.chainActions()));
        }
        return json;
    }
}
