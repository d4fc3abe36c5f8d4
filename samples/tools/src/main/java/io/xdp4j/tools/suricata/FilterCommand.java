package io.xdp4j.tools.suricata;

import io.xdp4j.control.DeviceInfo;
import io.xdp4j.control.Snapshot;
import io.xdp4j.control.json.JsonText;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.session.AttachOptions;
import io.xdp4j.tools.session.SampleObject;
import io.xdp4j.tools.session.ToolCommand;
import io.xdp4j.tools.session.ToolSession;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `xdp4j suricata filter`.
///
/// Kernel: none; `ebpf/xdp_filter.c` of Suricata.
@Command(
        name = "filter",
        description = {
            "Drop the packets of bypassed flows, or send them to the other port of"
                    + " an inline pair.",
            "The others are spread over CPUs. Flows that are quiet are removed;"
                    + " what they carried is printed then. Others may add flows meanwhile:"
                    + " xdp4j suricata flows."
        },
        mixinStandardHelpOptions = true)
final class FilterCommand extends ToolCommand {
    private static final String OBJECT = "suricata_filter.bpf.o";

    @Option(
            names = {"-d", "--dev"},
            paramLabel = "DEV",
            required = true,
            description = "device: name or interface index")
    private String device = "";

    @Option(
            names = {"-b", "--bypass"},
            paramLabel = "FLOW",
            description = {
                "a flow to bypass, in both directions, such as",
                "'tcp 10.0.0.1:1024 > 10.0.0.2:443 vlan 3'; once for each"
            })
    private List<String> bypassed = List.of();

    @Option(
            names = {"-t", "--timeout"},
            paramLabel = "SEC",
            description = "remove a flow that is quiet for so long (default: ${DEFAULT-VALUE})")
    private int timeout = 60;

    @Option(
            names = "--no-vlan-tracking",
            description = "flows of the same addresses on two VLANs are one")
    private boolean ignoreVlans;

    @Option(
            names = {"-o", "--tx-peer"},
            paramLabel = "DEV",
            description = "the other port of an inline pair, to send bypassed packets to")
    private @Nullable String peer;

    @Mixin private SpreadOptions spread = new SpreadOptions();

    @Mixin private AttachOptions attach = new AttachOptions();

    private @Nullable Running running;

    /// What there is while the tool runs.
    private record Running(FlowTables tables, FlowAgeing ageing) {}

    private Running running() {
        if (running == null) {
            throw new IllegalStateException("the tool is not prepared");
        }
        return running;
    }

    @Override
    protected List<String> devices() {
        List<String> named = new ArrayList<>(List.of(device));
        if (peer != null) {
            named.add(peer);
        }
        return named;
    }

    @Override
    protected Duration interval() {
        return Duration.ofSeconds(1);
    }

    @Override
    protected void prepare(ToolSession session) {
        if (timeout < 1) {
            throw CommandException.usage("--timeout: " + timeout + " (expected: 1 or more)");
        }
        List<FlowKey> flows = bypassed.stream().map(FlowKey::parse).toList();
        DeviceInfo on = session.device(device);
        SampleObject object =
                session.load(
                        OBJECT,
                        request ->
                                request.withGlobal(
                                        "vlan_tracking",
                                        SampleObject.bytes(ignoreVlans ? 0 : 1, 1)));
        FlowTables tables = new FlowTables(session.control(), object.info());
        for (FlowKey flow : flows) {
            tables.add(flow);
            tables.add(flow.reversed());
        }
        if (peer != null) {
            object.put(object.map("tx_peer"), 0, session.device(peer).ifindex());
            object.put(object.map("tx_peer_int"), 0, 1);
        }
        spread.fill(session, object, 0);
        session.attach(object.program("xdp_hashfilter", "xdp"), on, attach);
        running = new Running(tables, new FlowAgeing(TimeUnit.SECONDS.toNanos(timeout)));
    }

    @Override
    protected void report(ToolSession session) {
        FlowTables tables = running().tables();
        List<BypassedFlow> flows = tables.flows();
        List<BypassedFlow> over = running().ageing().expired(flows, System.nanoTime());
        over.forEach(flow -> tables.remove(flow.flow()));
        print(session, flows, over, null);
    }

    @Override
    protected void summary(ToolSession session, Snapshot end) {
        List<BypassedFlow> flows = running().tables().flows();
        if (!target().json()) {
            flows.forEach(flow -> session.out().println(flow));
        }
        print(session, flows, List.of(), end);
    }

    private void print(
            ToolSession session,
            List<BypassedFlow> flows,
            List<BypassedFlow> over,
            @Nullable Snapshot end) {
        long packets = flows.stream().mapToLong(BypassedFlow::packets).sum();
        long bytes = flows.stream().mapToLong(BypassedFlow::bytes).sum();
        if (!target().json()) {
            over.forEach(flow -> session.out().println("over: " + flow));
            session.out()
                    .println(
                            "%d flows bypassed, %d packets, %d bytes"
                                    .formatted(flows.size() - over.size(), packets, bytes));
            return;
        }
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("flows", flows.size() - over.size());
        line.put("packets", packets);
        line.put("bytes", bytes);
        line.put("expired", over.stream().map(BypassedFlow::json).toList());
        if (end == null) {
            line.put("event", "stats");
            session.out().println(JsonText.of(line));
        } else {
            line.put("bypassed", flows.stream().map(BypassedFlow::json).toList());
            session.printSummary(line, end);
        }
    }
}
