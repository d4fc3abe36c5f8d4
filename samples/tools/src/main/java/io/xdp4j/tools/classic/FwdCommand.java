package io.xdp4j.tools.classic;

import io.xdp4j.control.AttachRequest;
import io.xdp4j.control.Attachment;
import io.xdp4j.control.DeviceInfo;
import io.xdp4j.control.MapInfo;
import io.xdp4j.control.ObjectInfo;
import io.xdp4j.control.ProgramInfo;
import io.xdp4j.control.Snapshot;
import io.xdp4j.control.SnapshotJson;
import io.xdp4j.control.json.JsonText;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.exit.ExitCode;
import io.xdp4j.tools.session.AttachOptions;
import io.xdp4j.tools.session.SampleObject;
import io.xdp4j.tools.session.ToolCommand;
import io.xdp4j.tools.session.ToolSession;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `xdp4j xdp_fwd`.
///
/// As in the kernel it attaches and ends, and `-d` detaches, where the datapath goes on without it;
/// a datapath of its own it runs until it is stopped.
///
/// Kernel: `samples/bpf/xdp_fwd_user.c`.
@Command(
        name = "xdp_fwd",
        description = {
            "Forward between the devices by the host's routes, and pass what has none.",
            "On a running datapath the programs stay attached; -d takes them off."
        },
        mixinStandardHelpOptions = true)
public final class FwdCommand extends ToolCommand {
    private static final String OBJECT = "xdp_fwd.bpf.o";
    private static final List<String> PROGRAMS = List.of("xdp_fwd_prog", "xdp_fwd_direct_prog");
    private static final int PORTS = 64;

    @Parameters(
            arity = "1..*",
            paramLabel = "DEV",
            description = "devices: names or interface indexes")
    private List<String> names = List.of();

    @Option(names = "-d", description = "detach the programs")
    private boolean detach;

    @Option(names = "-D", description = "look routes up in the table directly, without rules")
    private boolean direct;

    @Mixin private AttachOptions attach = new AttachOptions();

    private boolean stays;

    @Override
    protected List<String> devices() {
        return names;
    }

    @Override
    protected void prepare(ToolSession session) {
        stays = !session.isOwn();
        List<DeviceInfo> ports = names.stream().map(session::device).toList();
        if (detach) {
            detach(session, ports);
            stays = true;
        } else {
            attach(session, ports);
        }
    }

    private void attach(ToolSession session, List<DeviceInfo> ports) {
        int size = ports.stream().mapToInt(port -> port.ifindex() + 1).reduce(PORTS, Math::max);
        SampleObject object =
                session.load(
                        OBJECT,
                        request ->
                                request.withMapEntries("xdp_tx_ports", size).withPersistent(stays));
        MapInfo map = object.map("xdp_tx_ports");
        ProgramInfo program = object.program(direct ? PROGRAMS.get(1) : PROGRAMS.get(0));
        for (DeviceInfo port : ports) {
            object.put(map, port.ifindex(), port.ifindex());
            session.control()
                    .attach(
                            AttachRequest.of(port.ifindex(), program.id())
                                    .withMode(attach.mode())
                                    .withForce(attach.force())
                                    .withPersistent(stays));
        }
    }

    private static void detach(ToolSession session, List<DeviceInfo> ports) {
        for (DeviceInfo port : ports) {
            Attachment ours =
                    port.attached().stream()
                            .filter(one -> PROGRAMS.contains(one.name()))
                            .findFirst()
                            .orElseThrow(() ->
                                    new CommandException(
                                            ExitCode.RUNTIME,
                                            port.name()
                                                    + ": xdp_fwd is not attached (expected:"
                                                    + " a device that it is on)"));
            session.control().detach(port.ifindex(), ours.program());
        }
        free(session);
    }

    /// Frees objects of this tool that no device runs any more.
    private static void free(ToolSession session) {
        List<Integer> running =
                session.control().devices().stream()
                        .flatMap(device -> device.attached().stream())
                        .map(Attachment::program)
                        .toList();
        for (ObjectInfo object : session.control().objects()) {
            boolean isOurs = object.programs().stream().anyMatch(p -> PROGRAMS.contains(p.name()));
            boolean isInUse = object.programs().stream().anyMatch(p -> running.contains(p.id()));
            if (isOurs && !isInUse) {
                session.control().unload(object.id());
            }
        }
    }

    @Override
    protected boolean isDone() {
        return stays;
    }

    @Override
    protected void report(ToolSession session) {
        if (target().json()) {
            session.out().println(JsonText.of(line("stats", session.control().snapshot())));
        }
    }

    private static Map<String, Object> line(String event, Snapshot snapshot) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("event", event);
        line.putAll(SnapshotJson.properties(snapshot));
        return line;
    }

    @Override
    protected void summary(ToolSession session, Snapshot end) {
        if (target().json()) {
            session.out().println(JsonText.of(line("summary", end)));
        }
    }
}
