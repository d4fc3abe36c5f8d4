package io.xdp4j.tools.report;

import java.util.List;

/// xdp_monitor's table of 2018.
///
/// Thread: any.
/// Kernel: `stats_print` of `samples/bpf/xdp_monitor_user.c`, 4.16.
public final class ClassicMonitorTable implements ReportTable {
    private final boolean errorsOnly;

    /// @param errorsOnly leaves out successful redirects
    public ClassicMonitorTable(boolean errorsOnly) {
        this.errorsOnly = errorsOnly;
    }

    @Override
    public List<String> lines(SampleMoment before, SampleMoment now) {
        SampleMoment rates = now.rate(before);
        Lines lines = new Lines();
        lines.add("");
        lines.add(
                "%-15s %-7s %-12s %-12s %-9s",
                "XDP-event", "CPU:to", "pps", "drop-pps", "extra-info");
        if (!errorsOnly) {
            redirects(lines, rates.redirect(0), "Success");
        }
        redirects(lines, rates.allRedirectErrors(), "Error");
        exceptions(lines, rates);
        new CpuMapRows(lines, "%,-12d %,-12d", "cpumap-kthread").add(rates);
        xmits(lines, rates);
        return lines.all();
    }

    private static void redirects(Lines lines, PerCpu counts, String result) {
        for (int cpu = 0; cpu < counts.size(); cpu++) {
            Counts one = counts.cpu(cpu);
            if (one.isBusy()) {
                event(lines, "XDP_REDIRECT", String.valueOf(cpu), one, result);
            }
        }
        event(lines, "XDP_REDIRECT", "total", counts.total(), result);
    }

    private static void event(Lines lines, String event, String cpu, Counts counts, String extra) {
        lines.add(
                "%-15s %-7s %,-12d %,-12d %s",
                event, cpu, counts.processed(), counts.dropped(), extra);
    }

    private static void exceptions(Lines lines, SampleMoment rates) {
        for (int action = 0; action < SampleMoment.ACTIONS.size(); action++) {
            PerCpu counts = rates.exception(action);
            String name = SampleMoment.ACTIONS.get(action);
            for (int cpu = 0; cpu < counts.size(); cpu++) {
                if (counts.cpu(cpu).dropped() > 0) {
                    event(lines, "Exception", String.valueOf(cpu), counts.cpu(cpu), name);
                }
            }
            if (counts.total().dropped() > 0) {
                event(lines, "Exception", "total", counts.total(), name);
            }
        }
    }

    private static void xmits(Lines lines, SampleMoment rates) {
        for (int cpu = 0; cpu < rates.cpus(); cpu++) {
            Counts one = rates.xmit().cpu(cpu);
            if (one.processed() > 0 || one.dropped() > 0) {
                xmit(lines, String.valueOf(cpu), one);
            }
        }
        xmit(lines, "total", rates.xmit().total());
    }

    private static void xmit(Lines lines, String cpu, Counts counts) {
        lines.add(
                "%-15s %-7s %,-12d %,-12d %,-10.2f %s %s",
                "devmap-xmit",
                cpu,
                counts.processed(),
                counts.dropped(),
                Counts.average(counts.processed() + counts.dropped(), counts.info()),
                counts.info() > 0 ? "bulk-average" : "",
                counts.issue() > 0 ? "drv-err" : "");
    }
}
