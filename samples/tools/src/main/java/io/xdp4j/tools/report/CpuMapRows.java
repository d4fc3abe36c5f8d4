package io.xdp4j.tools.report;

/// The rows about cpumaps that the tables of 2018 share, with the widths of each.
///
/// Thread: one.
final class CpuMapRows {
    private static final String ENQUEUE = "cpumap-enqueue";

    private final Lines lines;
    private final String rates;
    private final String kthread;

    /// @param rates how the two columns of rates are printed
    /// @param kthread the table's word for the target's work
    CpuMapRows(Lines lines, String rates, String kthread) {
        this.lines = lines;
        this.rates = rates;
        this.kthread = kthread;
    }

    void add(SampleMoment moment) {
        for (int to = 0; to < moment.cpus(); to++) {
            PerCpu from = moment.enqueue(to);
            for (int cpu = 0; cpu < from.size(); cpu++) {
                enqueued(String.valueOf(cpu), to, from.cpu(cpu));
            }
            enqueued("sum", to, from.total());
        }
        for (int cpu = 0; cpu < moment.cpus(); cpu++) {
            Counts one = moment.kthread().cpu(cpu);
            if (one.processed() > 0 || one.dropped() > 0) {
                kthread(String.valueOf(cpu), one, "sched");
            }
        }
        kthread("total", moment.kthread().total(), "sched-sum");
    }

    private void enqueued(String from, int to, Counts counts) {
        if (counts.processed() > 0) {
            lines.add(
                    "%-15s %3s:%-3d " + rates + " %,-10.2f %s",
                    ENQUEUE,
                    from,
                    to,
                    counts.processed(),
                    counts.dropped(),
                    Counts.average(counts.processed(), counts.issue()),
                    counts.issue() > 0 ? "bulk-average" : "");
        }
    }

    private void kthread(String cpu, Counts counts, String sched) {
        lines.add(
                "%-15s %-7s " + rates + " %,-10d %s",
                kthread,
                cpu,
                counts.processed(),
                counts.dropped(),
                counts.issue(),
                counts.issue() > 0 ? sched : "");
    }
}
