package io.xdp4j.tools.forward;

import io.xdp4j.control.AttachRequest;
import io.xdp4j.control.Attachment;
import io.xdp4j.control.DeviceInfo;
import io.xdp4j.control.MapInfo;
import io.xdp4j.control.ObjectInfo;
import io.xdp4j.control.Snapshot;
import io.xdp4j.control.SnapshotJson;
import io.xdp4j.control.json.JsonText;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.exit.ExitCode;
import io.xdp4j.tools.session.SampleObject;
import io.xdp4j.tools.session.ToolCommand;
import io.xdp4j.tools.session.ToolSession;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Parameters;

/// Puts the forwarding program on devices, or takes it off.
///
/// As in the kernel it attaches and ends, where the datapath goes on without it; a datapath of its own
/// it runs until it is stopped.
public abstract class ForwardingCommand extends ToolCommand {
    private static final String OBJECT = "xdp_fwd.bpf.o";
    private static final List<String> PROGRAMS = List.of("xdp_fwd_prog", "xdp_fwd_direct_prog");
    private static final int PORTS = 64;

    @Parameters(
            arity = "1..*",
            paramLabel = "DEV",
            description = "devices: names or interface indexes")
    private List<String> names = List.of();

    private boolean stays;

    /// Whether the programs are to go.
    protected abstract boolean detaches();

    /// Whether routes are looked up without rules (`BPF_FIB_LOOKUP_DIRECT`).
    protected abstract boolean isDirect();

    /// How the program is to be attached.
    protected abstract AttachRequest attach(int ifindex, int program);

    @Override
    protected final List<String> devices() {
        return names;
    }

    @Override
    protected final void prepare(ToolSession session) {
        stays = !session.isOwn();
        List<DeviceInfo> ports = names.stream().map(session::device).toList();
        if (detaches()) {
            detach(session, ports);
            stays = true;
        } else {
            attach(session, ports);
        }
    }

    private void attach(ToolSession session, List<DeviceInfo> ports) {
        String program = PROGRAMS.get(isDirect() ? 1 : 0);
        int size = ports.stream().mapToInt(port -> port.ifindex() + 1).reduce(PORTS, Math::max);
        SampleObject object =
                session.load(
                        OBJECT,
                        request ->
                                request.withMapEntries("xdp_tx_ports", size).withPersistent(stays));
        try {
            MapInfo map = object.map("xdp_tx_ports");
            int id = object.program(program).id();
            for (DeviceInfo port : ports) {
                object.put(map, port.ifindex(), port.ifindex());
                session.control().attach(attach(port.ifindex(), id).withPersistent(stays));
            }
        } catch (RuntimeException e) {
            session.control().unload(object.info().id());
            throw e;
        }
    }

    private void detach(ToolSession session, List<DeviceInfo> ports) {
        for (DeviceInfo port : ports) {
            Attachment ours =
                    port.attached().stream()
                            .filter(one -> PROGRAMS.contains(one.name()))
                            .findFirst()
                            .orElseThrow(() ->
                                    new CommandException(
                                            ExitCode.RUNTIME,
                                            port.name()
                                                    + ": the forwarding program is not attached"
                                                    + " (expected: a device that it is on)"));
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
    protected final boolean isDone() {
        return stays;
    }

    @Override
    protected final void report(ToolSession session) {
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
    protected final void summary(ToolSession session, Snapshot end) {
        if (target().json()) {
            session.out().println(JsonText.of(line("summary", end)));
        }
    }
}
