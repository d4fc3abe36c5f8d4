package io.xdp4j.tools.classic;

import io.xdp4j.control.TraceFilter;
import io.xdp4j.tools.report.ClassicMonitorTable;
import io.xdp4j.tools.report.SampleKind;
import io.xdp4j.tools.report.SampleSetup;
import io.xdp4j.tools.report.SampleToolCommand;
import io.xdp4j.tools.session.ToolSession;
import java.util.EnumSet;
import java.util.List;
import picocli.CommandLine.Command;

/// `xdp4j xdp_monitor`.
///
/// Kernel: `samples/bpf/xdp_monitor_user.c`.
@Command(
        name = "xdp_monitor",
        description = {
            "Watch the XDP tracepoints of a running datapath.",
            "They tell of errors, cpumaps and transmissions; with --stats of"
                    + " successful redirects too."
        },
        mixinStandardHelpOptions = true)
public final class MonitorCommand extends SampleToolCommand {
    @Override
    protected List<String> devices() {
        return List.of();
    }

    @Override
    protected SampleSetup setUp(ToolSession session) {
        if (!reporting().stats() && !target().json()) {
            session.out().println(" NOTICE: only failed redirects are counted");
            session.out()
                    .println("         -s/--stats counts successful ones too, at an event each");
        }
        return new SampleSetup(
                null,
                EnumSet.of(
                        SampleKind.REDIRECT_ERR,
                        SampleKind.CPUMAP_ENQUEUE,
                        SampleKind.CPUMAP_KTHREAD,
                        SampleKind.EXCEPTION,
                        SampleKind.DEVMAP_XMIT,
                        SampleKind.DEVMAP_XMIT_MULTI),
                TraceFilter.ALL,
                "Summary",
                new ClassicMonitorTable(!reporting().stats()));
    }
}
