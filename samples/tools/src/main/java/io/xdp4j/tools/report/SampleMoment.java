package io.xdp4j.tools.report;

import io.xdp4j.control.TraceCounts;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
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

    /// What happened since `before`, per second.
    private SampleMoment(SampleMoment now, SampleMoment before, double seconds) {
        nanos = now.nanos;
        rx = now.rx.rate(before.rx, seconds);
        redirects = rates(now.redirects, before.redirects, seconds);
        exceptions = rates(now.exceptions, before.exceptions, seconds);
        enqueues = rates(now.enqueues, before.enqueues, seconds);
        kthread = now.kthread.rate(before.kthread, seconds);
        xmit = now.xmit.rate(before.xmit, seconds);
        now.xmitPairs.forEach((pair, counts) -> {
            PerCpu old = before.xmitPairs.getOrDefault(pair, new PerCpu(now.cpus()));
            xmitPairs.put(pair, counts.rate(old, seconds));
        });
    }

    private static List<PerCpu> many(int rows, int cpus) {
        return Stream.generate(() -> new PerCpu(cpus)).limit(rows).toList();
    }

    private static List<PerCpu> rates(List<PerCpu> now, List<PerCpu> before, double seconds) {
        return IntStream.range(0, now.size())
                .mapToObj(i -> now.get(i).rate(before.get(i), seconds))
                .toList();
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
        return new SampleMoment(this, before, secondsSince(before));
    }

    /// Counts since `before`.
    SampleMoment since(SampleMoment before) {
        return new SampleMoment(this, before, 1);
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
        redirects.subList(1, redirects.size()).forEach(all::add);
        return all;
    }

    PerCpu allExceptions() {
        PerCpu all = new PerCpu(rx.size());
        exceptions.forEach(all::add);
        return all;
    }
}
