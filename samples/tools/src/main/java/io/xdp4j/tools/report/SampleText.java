package io.xdp4j.tools.report;

import static io.xdp4j.tools.report.Lines.average;
import static io.xdp4j.tools.report.Lines.column;

import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;

/// One interval in the form of the samples' library: a summary line, and detail rows when verbose
/// or when something went wrong.
///
/// Thread: one; made for one interval.
/// Kernel: `stats_print` of `samples/bpf/xdp_sample_user.c`; the columns are its.
public final class SampleText {
    private final Set<SampleKind> shown;
    private final boolean verbose;
    private final IntFunction<String> deviceName;
    private final SampleMoment rates;
    private final Lines lines = new Lines();

    private SampleText(
            Set<SampleKind> shown,
            boolean verbose,
            IntFunction<String> deviceName,
            SampleMoment rates) {
        this.shown = shown;
        this.verbose = verbose;
        this.deviceName = deviceName;
        this.rates = rates;
    }

    /// The lines for what happened between two moments.
    ///
    /// @param deviceName by interface index
    public static List<String> of(
            SampleSetup setup,
            boolean verbose,
            IntFunction<String> deviceName,
            SampleMoment before,
            SampleMoment now) {
        SampleText text = new SampleText(setup.shown(), verbose, deviceName, now.rate(before));
        text.summary(setup.heading());
        text.details();
        if (verbose) {
            setup.details().lines(before, now).forEach(line -> text.lines.add("%s", line));
            text.lines.add("");
        }
        return text.lines.all();
    }

    private void summary(String heading) {
        StringBuilder line = new StringBuilder("%-23s".formatted(heading));
        SampleTotals totals = SampleTotals.of(shown, rates);
        if (shown.contains(SampleKind.RX)) {
            line.append(column(totals.rx(), "rx/s"));
        }
        if (shown.contains(SampleKind.REDIRECT)) {
            line.append(column(totals.redirected(), "redir/s"));
        }
        line.append(column(totals.errors() + rxTrouble(totals) + totals.txDropped(), "err,drop/s"));
        if (SampleTotals.showsXmit(shown)) {
            line.append(column(totals.transmitted(), "xmit/s"));
        }
        lines.add("%s", line);
    }

    private long rxTrouble(SampleTotals totals) {
        return shown.contains(SampleKind.DROP_OK) ? 0 : totals.rxDropped();
    }

    private void details() {
        if (shown.contains(SampleKind.RX)) {
            receive();
        }
        if (shown.contains(SampleKind.CPUMAP_ENQUEUE)) {
            enqueue();
        }
        if (shown.contains(SampleKind.CPUMAP_KTHREAD)) {
            kthread();
            secondProgram();
        }
        if (shown.contains(SampleKind.REDIRECT)) {
            redirect();
        }
        if (shown.contains(SampleKind.REDIRECT_ERR)) {
            redirectErrors();
        }
        if (shown.contains(SampleKind.EXCEPTION)) {
            exceptions();
        }
        if (shown.contains(SampleKind.DEVMAP_XMIT)) {
            xmit();
        }
        if (shown.contains(SampleKind.DEVMAP_XMIT_MULTI)) {
            xmitPairs();
        }
    }

    /// A row that is there when verbose, or when something went wrong.
    private void row(long wrong, String label, String columns) {
        if (verbose || wrong > 0) {
            lines.add("  %-20s %s", label, columns);
        }
    }

    private void detail(String label, String columns) {
        if (verbose) {
            lines.add("    %-18s %s", label, columns);
        }
    }

    private String label(String label, boolean busy) {
        return verbose && busy ? label + " total" : label;
    }

    private static String cpu(int cpu) {
        return "cpu:" + cpu;
    }

    // ---- the kinds

    private void receive() {
        Counts total = rates.rx().total();
        row(
                total.issue() + (shown.contains(SampleKind.DROP_OK) ? 0 : total.dropped()),
                label("receive", total.processed() != 0),
                received(total));
        for (int cpu = 0; cpu < rates.cpus(); cpu++) {
            Counts one = rates.rx().cpu(cpu);
            if (one.isBusy()) {
                detail(cpu(cpu), received(one));
            }
        }
    }

    private static String received(Counts counts) {
        return column(counts.processed(), "pkt/s")
                + column(counts.dropped(), "drop/s")
                + column(counts.issue(), "error/s");
    }

    private void enqueue() {
        for (int to = 0; to < rates.cpus(); to++) {
            PerCpu from = rates.enqueue(to);
            Counts total = from.total();
            if (total.processed() > 0 || total.dropped() > 0) {
                row(total.dropped(), "enqueue to cpu " + to, enqueued(total));
            }
            for (int cpu = 0; cpu < from.size(); cpu++) {
                if (from.cpu(cpu).isBusy()) {
                    detail(cpu(cpu) + "->" + to, enqueued(from.cpu(cpu)));
                }
            }
        }
    }

    private static String enqueued(Counts counts) {
        return column(counts.processed(), "pkt/s")
                + column(counts.dropped(), "drop/s")
                + average(Counts.average(counts.processed(), counts.issue()));
    }

    private void kthread() {
        Counts total = rates.kthread().total();
        row(
                total.dropped(),
                total.processed() != 0 ? "kthread total" : "kthread",
                scheduled(total));
        for (int cpu = 0; cpu < rates.cpus(); cpu++) {
            Counts one = rates.kthread().cpu(cpu);
            if (one.isBusy()) {
                detail(cpu(cpu), scheduled(one));
            }
        }
    }

    private static String scheduled(Counts counts) {
        return column(counts.processed(), "pkt/s")
                + column(counts.dropped(), "drop/s")
                + column(counts.issue(), "sched");
    }

    private void secondProgram() {
        Counts total = rates.kthread().total();
        if (isSecondProgramBusy(total) && (verbose || total.xdpDrop() > 0)) {
            lines.add("    %-18s %s", "xdp_stats", decided(total));
        }
        for (int cpu = 0; verbose && cpu < rates.cpus(); cpu++) {
            Counts one = rates.kthread().cpu(cpu);
            if (isSecondProgramBusy(one)) {
                lines.add("      %-16s %s", cpu(cpu), decided(one));
            }
        }
    }

    private static boolean isSecondProgramBusy(Counts counts) {
        return counts.info() != 0 || counts.xdpDrop() != 0 || counts.xdpRedirect() != 0;
    }

    private static String decided(Counts counts) {
        return column(counts.info(), "pass/s")
                + column(counts.xdpDrop(), "drop/s")
                + column(counts.xdpRedirect(), "redir/s");
    }

    private void redirect() {
        if (!verbose) {
            return;
        }
        PerCpu success = rates.redirect(0);
        long total = success.total().processed();
        row(0, label("redirect", total != 0), column(total, "redir/s"));
        for (int cpu = 0; cpu < rates.cpus(); cpu++) {
            if (success.cpu(cpu).processed() != 0) {
                detail(cpu(cpu), column(success.cpu(cpu).processed(), "redir/s"));
            }
        }
    }

    private void redirectErrors() {
        long sum = rates.redirectErrors();
        row(sum, label("redirect_err", sum != 0), column(sum, "error/s"));
        for (int i = 1; i < RedirectErrors.NAMES.size(); i++) {
            long errors = rates.redirect(i).total().dropped();
            if (errors > 0) {
                String name = RedirectErrors.NAMES.get(i);
                lines.add("    %-18s %s", label(name, true), column(errors, "error/s"));
                droppedByCpu(rates.redirect(i));
            }
        }
    }

    private void exceptions() {
        long sum = rates.exceptionHits();
        row(sum, sum != 0 ? "xdp_exception total" : "xdp_exception", column(sum, "hit/s"));
        for (int action = 0; action < SampleMoment.ACTIONS.size(); action++) {
            long hits = rates.exception(action).total().dropped();
            if (hits > 0) {
                lines.add(
                        "    %-18s %s", SampleMoment.ACTIONS.get(action), column(hits, "error/s"));
                droppedByCpu(rates.exception(action));
            }
        }
    }

    private void droppedByCpu(PerCpu counts) {
        for (int cpu = 0; verbose && cpu < counts.size(); cpu++) {
            if (counts.cpu(cpu).dropped() != 0) {
                lines.add("       %-16s%s", cpu(cpu), column(counts.cpu(cpu).dropped(), "error/s"));
            }
        }
    }

    private void xmit() {
        Counts total = rates.xmit().total();
        row(
                total.issue() + total.dropped(),
                label("devmap_xmit", total.processed() != 0),
                transmitted(total));
        xmitByCpu(rates.xmit());
    }

    private void xmitPairs() {
        rates.xmitPairs()
                .forEach((pair, counts) -> {
                    Counts total = counts.total();
                    if (total.isBusy()) {
                        row(
                                total.dropped(),
                                "xmit "
                                        + deviceName.apply(pair.from())
                                        + "->"
                                        + deviceName.apply(pair.to()),
                                transmitted(total));
                    }
                    xmitByCpu(counts);
                });
    }

    private void xmitByCpu(PerCpu counts) {
        for (int cpu = 0; verbose && cpu < counts.size(); cpu++) {
            if (counts.cpu(cpu).isBusy()) {
                lines.add("     %-18s%s", cpu(cpu), transmitted(counts.cpu(cpu)));
            }
        }
    }

    private static String transmitted(Counts counts) {
        return column(counts.processed(), "xmit/s")
                + column(counts.dropped(), "drop/s")
                + column(counts.issue(), "drv_err/s")
                + average(Counts.average(counts.processed() + counts.dropped(), counts.info()));
    }
}
