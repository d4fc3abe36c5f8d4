package io.xdp4j.tools.report;

import io.xdp4j.control.TraceCounts;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// All that was counted up to a moment.
///
/// Thread: any once made.
/// Kernel: `struct stats_record` of `samples/bpf/xdp_sample_user.c`.
public final class SampleMoment {
    static final List<String> ACTIONS =
            List.of("XDP_ABORTED", "XDP_DROP", "XDP_PASS", "XDP_TX", "XDP_REDIRECT", "XDP_UNKNOWN");

    /// Two devices, in the order of their interface indexes.
    record Pair(int from, int to) implements Comparable<Pair> {
        @Override
        public int compareTo(Pair other) {
            int byFrom = Integer.compare(from, other.from);
            return byFrom != 0 ? byFrom : Integer.compare(to, other.to);
        }
    }

    private final long nanos;
    private final PerCpu rx;
    private final List<PerCpu> redirects;
    private final List<PerCpu> exceptions;
    private final List<PerCpu> enqueues;
    private final PerCpu kthread;
    private final PerCpu xmit;
    private final TreeMap<Pair, PerCpu> xmitPairs = new TreeMap<>();

    private SampleMoment(long nanos, PerCpu rx) {
        int cpus = rx.size();
        this.nanos = nanos;
        this.rx = rx;
        redirects = many(RedirectErrors.NAMES.size(), cpus);
        exceptions = many(ACTIONS.size(), cpus);
        enqueues = many(cpus, cpus);
        kthread = new PerCpu(cpus);
        xmit = new PerCpu(cpus);
    }

    private static List<PerCpu> many(int rows, int cpus) {
        return Stream.generate(() -> new PerCpu(cpus)).limit(rows).toList();
    }

    /// What the program and the tracepoints counted.
    ///
    /// @param nanos when it was counted
    /// @param rx what the program counted, one for each CPU
    public static SampleMoment of(long nanos, List<Counts> rx, TraceCounts trace) {
        PerCpu received = new PerCpu(rx.size());
        for (int cpu = 0; cpu < rx.size(); cpu++) {
            received.add(cpu, rx.get(cpu));
        }
        SampleMoment moment = new SampleMoment(nanos, received);
        moment.fill(trace);
        return moment;
    }

    private void fill(TraceCounts trace) {
        for (TraceCounts.Redirect one : trace.redirects()) {
            int row = RedirectErrors.row(one.errno());
            Counts counts =
                    row == 0 ? Counts.of(one.frames(), 0, 0) : Counts.of(0, one.frames(), 0);
            redirects.get(row).add(one.cpu(), counts);
        }
        for (TraceCounts.Fault one : trace.exceptions()) {
            int row = Math.min(one.action(), ACTIONS.size() - 1);
            exceptions.get(row).add(one.cpu(), Counts.of(0, one.frames(), 0));
        }
        for (TraceCounts.Enqueue one : trace.enqueues()) {
            enqueues.get(one.to())
                    .add(one.from(), Counts.of(one.processed(), one.drops(), one.bulks()));
        }
        for (TraceCounts.Kthread one : trace.kthreads()) {
            kthread.add(
                    one.cpu(),
                    new Counts(
                            one.processed(),
                            one.drops(),
                            one.sched(),
                            one.pass(),
                            one.drop(),
                            one.redirect()));
        }
        for (TraceCounts.Xmit one : trace.xmits()) {
            Counts counts = new Counts(one.sent(), one.drops(), one.errors(), one.bulks(), 0, 0);
            xmit.add(one.cpu(), counts);
            xmitPairs
                    .computeIfAbsent(new Pair(one.from(), one.to()), _ -> new PerCpu(rx.size()))
                    .add(one.cpu(), counts);
        }
    }

    /// Rates since `before`.
    SampleMoment rate(SampleMoment before) {
        return difference(before, secondsSince(before));
    }

    /// Counts since `before`.
    SampleMoment since(SampleMoment before) {
        return difference(before, 1);
    }

    private SampleMoment difference(SampleMoment before, double seconds) {
        SampleMoment rates = new SampleMoment(nanos, rx.rate(before.rx, seconds));
        addRates(rates.redirects, redirects, before.redirects, seconds);
        addRates(rates.exceptions, exceptions, before.exceptions, seconds);
        addRates(rates.enqueues, enqueues, before.enqueues, seconds);
        add(rates.kthread, kthread.rate(before.kthread, seconds));
        add(rates.xmit, xmit.rate(before.xmit, seconds));
        xmitPairs.forEach((pair, counts) -> {
            PerCpu old = before.xmitPairs.getOrDefault(pair, new PerCpu(rx.size()));
            rates.xmitPairs.put(pair, counts.rate(old, seconds));
        });
        return rates;
    }

    private static void addRates(
            List<PerCpu> into, List<PerCpu> now, List<PerCpu> before, double seconds) {
        for (int i = 0; i < into.size(); i++) {
            add(into.get(i), now.get(i).rate(before.get(i), seconds));
        }
    }

    private static void add(PerCpu into, PerCpu counts) {
        for (int cpu = 0; cpu < counts.size(); cpu++) {
            into.add(cpu, counts.cpu(cpu));
        }
    }

    double secondsSince(SampleMoment before) {
        return (nanos - before.nanos) / 1e9;
    }

    PerCpu rx() {
        return rx;
    }

    PerCpu redirect(int row) {
        return redirects.get(row);
    }

    /// Failed redirects, all reasons together.
    long redirectErrors() {
        return sumDropped(redirects.subList(1, redirects.size()));
    }

    PerCpu exception(int action) {
        return exceptions.get(action);
    }

    long exceptionHits() {
        return sumDropped(exceptions);
    }

    private static long sumDropped(List<PerCpu> rows) {
        return rows.stream().mapToLong(row -> row.total().dropped()).sum();
    }

    /// What each CPU sent to that one.
    PerCpu enqueue(int to) {
        return enqueues.get(to);
    }

    int cpus() {
        return enqueues.size();
    }

    PerCpu kthread() {
        return kthread;
    }

    PerCpu xmit() {
        return xmit;
    }

    Map<Pair, PerCpu> xmitPairs() {
        return xmitPairs;
    }

    /// All CPUs' failed redirects together, one kind of [Counts] for the classic tables.
    PerCpu allRedirectErrors() {
        PerCpu all = new PerCpu(rx.size());
        redirects.subList(1, redirects.size()).forEach(row -> add(all, row));
        return all;
    }

    PerCpu allExceptions() {
        PerCpu all = new PerCpu(rx.size());
        exceptions.forEach(row -> add(all, row));
        return all;
    }
}
