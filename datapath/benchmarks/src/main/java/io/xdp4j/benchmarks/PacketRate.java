package io.xdp4j.benchmarks;

import com.sun.management.ThreadMXBean;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.core.trace.Ledger;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/// Packet rates in process, generator included.
///
/// Usage: `PacketRate [SCENARIO...] [warm-up=N] [seconds=N] [runs=N] [size=BYTES]`. Prints the median of the runs
/// with the lowest and the highest, bytes allocated per frame by all threads together, and for each
/// run the share of frames lost and the longest time in which the last worker, a cpumap's target, did
/// not poll.
public final class PacketRate {
    private final int warmUp;
    private final int seconds;
    private final int size;

    private PacketRate(int warmUp, int seconds, int size) {
        this.warmUp = warmUp;
        this.seconds = seconds;
        this.size = size;
    }

    public static void main(String[] args) throws InterruptedException {
        int seconds = option(args, "seconds", 3);
        int runs = option(args, "runs", 5);
        int size = option(args, "size", 64);
        List<String> names = Arrays.stream(args).filter(arg -> !arg.contains("=")).toList();
        PacketRate rate = new PacketRate(option(args, "warm-up", 3), seconds, size);
        System.out.printf(
                "%-14s %8s %8s %8s %10s  %s%n",
                "scenario", "Mpps", "low", "high", "B/frame", "lost/longest stall in ms, each run");
        for (String name : names.isEmpty() ? Scenario.NAMES : names) {
            rate.measure(name, runs);
        }
    }

    private static int option(String[] args, String name, int otherwise) {
        return Arrays.stream(args)
                .filter(arg -> arg.startsWith(name + "="))
                .mapToInt(arg -> Integer.parseInt(arg.substring(name.length() + 1)))
                .findFirst()
                .orElse(otherwise);
    }

    private void measure(String name, int runs) throws InterruptedException {
        List<Run> all = new ArrayList<>();
        for (int run = 0; run < runs; run++) {
            all.add(run(name));
        }
        double[] rates = all.stream().mapToDouble(Run::rate).sorted().toArray();
        System.out.printf(
                Locale.ROOT,
                "%-14s %8.2f %8.2f %8.2f %10.4f  %s%n",
                name,
                rates[runs / 2],
                rates[0],
                rates[runs - 1],
                all.stream().mapToDouble(Run::allocated).max().orElse(0),
                all.stream().map(Run::losses).collect(Collectors.joining(", ")));
    }

    private Run run(String name) throws InterruptedException {
        try (Scenario scenario = Scenario.start(name, size)) {
            StallProbe probe = StallProbe.start(scenario.lastWorker());
            TimeUnit.SECONDS.sleep(warmUp);
            probe.takeLongestNanos();
            Ledger before = scenario.datapath().ledger();
            long bytes = allocatedBytes();
            long frames = scenario.delivered();
            long start = System.nanoTime();
            TimeUnit.SECONDS.sleep(seconds);
            frames = scenario.delivered() - frames;
            double nanos = System.nanoTime() - start;
            bytes = allocatedBytes() - bytes;
            Ledger after = scenario.datapath().ledger();
            long stall = probe.takeLongestNanos();
            Ledger end = scenario.datapath().drain(TimeUnit.SECONDS.toNanos(5));
            if (!end.balanced()) {
                throw new IllegalStateException(name + ": not balanced: " + end);
            }
            return new Run(
                    frames * 1e3 / nanos,
                    bytes / (double) frames,
                    (lost(after) - lost(before)) / (double) (after.in() - before.in()),
                    stall / 1e6);
        }
    }

    private static long lost(Ledger ledger) {
        return ledger.dropped() - ledger.dropped(DropReason.XDP_DROP);
    }

    /// @param rate Mpps delivered
    /// @param allocated bytes a frame
    /// @param lost share of the frames that came in
    /// @param stallMillis longest time in which the last worker did not poll
    private record Run(double rate, double allocated, double lost, double stallMillis) {
        String losses() {
            return String.format(Locale.ROOT, "%.3f%%/%.1f", lost * 100, stallMillis);
        }
    }

    /// What all threads have allocated so far.
    private static long allocatedBytes() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getTotalThreadAllocatedBytes();
    }
}
