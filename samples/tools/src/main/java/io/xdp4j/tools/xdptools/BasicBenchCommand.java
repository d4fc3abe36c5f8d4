package io.xdp4j.tools.xdptools;

import io.xdp4j.control.AttachRequest;
import io.xdp4j.control.DeviceInfo;
import io.xdp4j.control.ProgramInfo;
import io.xdp4j.control.TraceFilter;
import io.xdp4j.tools.report.ReportOptions;
import io.xdp4j.tools.report.ReportingCommand;
import io.xdp4j.tools.report.RxqRows;
import io.xdp4j.tools.report.SampleKind;
import io.xdp4j.tools.report.SampleSetup;
import io.xdp4j.tools.session.SampleObject;
import io.xdp4j.tools.session.ToolSession;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// A benchmark of one verdict.
abstract class BasicBenchCommand extends ReportingCommand {
    private static final String OBJECT = "xdp_bench.bpf.o";

    @Parameters(paramLabel = "IFNAME", description = "device: name or interface index")
    private String device = "";

    @Option(
            names = {"-p", "--packet-operation", "--program-mode"},
            paramLabel = "OPERATION",
            description =
                    "what to do with a packet before its verdict: ${COMPLETION-CANDIDATES}"
                            + " (default: no-touch, of tx swap-macs)")
    private @Nullable PacketOperation operation;

    @Option(
            names = {"-l", "--load-mode"},
            paramLabel = "MODE",
            description = "how to reach packet bytes: ${COMPLETION-CANDIDATES}")
    private LoadMode load = LoadMode.DPA;

    @Option(
            names = {"-r", "--rxq-stats"},
            description = "count by receive queue too; extended output shows it")
    private boolean rxqStats;

    @Mixin private ModeOption mode = new ModeOption();

    @Mixin private BenchOptions options = new BenchOptions();

    private final int action;
    private final String verb;
    private final PacketOperation standard;
    private final Set<SampleKind> kinds;

    /// @param action the verdict
    /// @param verb for the first line
    /// @param standard the operation when none is given
    BasicBenchCommand(int action, String verb, PacketOperation standard, SampleKind... more) {
        this.action = action;
        this.verb = verb;
        this.standard = standard;
        this.kinds = EnumSet.of(SampleKind.RX, SampleKind.EXCEPTION);
        kinds.addAll(List.of(more));
    }

    @Override
    protected final ReportOptions reporting() {
        return options;
    }

    @Override
    protected final List<String> devices() {
        return List.of(device);
    }

    @Override
    protected final SampleSetup setUp(ToolSession session) {
        DeviceInfo on = session.device(device);
        SampleObject object =
                session.load(
                        OBJECT,
                        request ->
                                request.withGlobal(
                                                "action", SampleObject.bytes(action, Integer.BYTES))
                                        .withGlobal(
                                                "rxq_stats",
                                                SampleObject.bytes(rxqStats ? 1 : 0, 1)));
        PacketOperation chosen = operation == null ? standard : operation;
        ProgramInfo program = object.program(chosen.program(load));
        session.control()
                .attach(AttachRequest.of(on.ifindex(), program.id()).withMode(mode.mode()));
        if (!target().json()) {
            session.out()
                    .println(
                            "%s packets on interface %s (ifindex %d; driver %s)"
                                    .formatted(verb, on.name(), on.ifindex(), on.transport()));
            if (options.explains()) {
                session.out().println("Program " + program.name() + ", " + program.engine());
            }
        }
        SampleSetup setup =
                SampleSetup.of(
                        object,
                        kinds,
                        new TraceFilter(List.of(on.ifindex()), List.of(), List.of(), false),
                        "Summary");
        return rxqStats ? setup.withDetails(RxqRows.of(object, "rxq_cnt")) : setup;
    }
}
