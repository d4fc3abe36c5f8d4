package io.xdp4j.tools.report;

import java.util.List;

/// xdp_redirect_cpu's table of 2018.
///
/// Thread: any.
/// Kernel: `stats_print` of `samples/bpf/xdp_redirect_cpu_user.c`, 4.15.
public final class ClassicCpuMapTable implements ReportTable {
    private final String program;
    private final boolean separators;

    /// @param program its name
    /// @param separators false for numbers without thousands separators
    public ClassicCpuMapTable(String program, boolean separators) {
        this.program = program;
        this.separators = separators;
    }

    @Override
    public List<String> lines(SampleMoment before, SampleMoment now) {
        SampleMoment rates = now.rate(before);
        Lines lines = new Lines(separators);
        lines.add("Running XDP/eBPF prog_name:%s", program);
        lines.add(
                "%-15s %-7s %-14s %-11s %-9s",
                "XDP-cpumap", "CPU:to", "pps", "drop-pps", "extra-info");
        received(lines, rates);
        new CpuMapRows(lines, "%,-14d %,-11d", "cpumap_kthread").add(rates);
        errors(lines, "redirect_err", rates.allRedirectErrors());
        errors(lines, "xdp_exception", rates.allExceptions());
        lines.add("");
        return lines.all();
    }

    private static void received(Lines lines, SampleMoment rates) {
        String error = "";
        for (int cpu = 0; cpu < rates.cpus(); cpu++) {
            Counts one = rates.rx().cpu(cpu);
            if (one.issue() > 0) {
                error = "cpu-dest/err";
            }
            if (one.processed() > 0) {
                lines.add(
                        "%-15s %-7d %,-14d %,-11d %,-10d %s",
                        "XDP-RX", cpu, one.processed(), one.dropped(), one.issue(), error);
            }
        }
        Counts total = rates.rx().total();
        lines.add(
                "%-15s %-7s %,-14d %,-11d", "XDP-RX", "total", total.processed(), total.dropped());
    }

    private static void errors(Lines lines, String name, PerCpu counts) {
        for (int cpu = 0; cpu < counts.size(); cpu++) {
            if (counts.cpu(cpu).dropped() > 0) {
                lines.add("%-15s %-7d %,-14d %,-11d", name, cpu, 0, counts.cpu(cpu).dropped());
            }
        }
        lines.add("%-15s %-7s %,-14d %,-11d", name, "total", 0, counts.total().dropped());
    }
}
