package io.xdp4j.benchmarks;

import com.sun.management.ThreadMXBean;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.core.trace.Ledger;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/// Packet rates in process, generator included.
///
/// Usage: `PacketRate [SCENARIO...] [seconds=N] [runs=N] [size=BYTES]`. Prints the median of the runs
/// with the lowest and the highest, the share of frames lost, and bytes allocated per frame by all
/// threads together.
public final class PacketRate {
    private static final int WARM_UP_SECONDS = 3;

    private final int seconds;
    private final int size;

    private PacketRate(int seconds, int size) {
        this.seconds = seconds;
        this.size = size;
    }

    public static void main(String[] args) throws InterruptedException {
        int seconds = option(args, "seconds", 3);
        int runs = option(args, "runs", 5);
        int size = option(args, "size", 64);
        List<String> names = Arrays.stream(args).filter(arg -> !arg.contains("=")).toList();
        PacketRate rate = new PacketRate(seconds, size);
        System.out.printf(
                "%-14s %8s %8s %8s  %7s %10s%n",
                "scenario", "Mpps", "low", "high", "lost", "B/frame");
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
        double[] rates = new double[runs];
        double lost = 0;
        double allocated = 0;
        for (int run = 0; run < runs; run++) {
            try (Scenario scenario = Scenario.start(name, size)) {
                TimeUnit.SECONDS.sleep(WARM_UP_SECONDS);
                long bytes = allocatedBytes();
                long frames = scenario.delivered();
                long start = System.nanoTime();
                TimeUnit.SECONDS.sleep(seconds);
                frames = scenario.delivered() - frames;
                rates[run] = frames * 1e3 / (System.nanoTime() - start);
                allocated = Math.max(allocated, (allocatedBytes() - bytes) / (double) frames);
                Ledger ledger = scenario.datapath().drain(TimeUnit.SECONDS.toNanos(5));
                if (!ledger.balanced()) {
                    throw new IllegalStateException(name + ": not balanced: " + ledger);
                }
                long refused = ledger.dropped() - ledger.dropped(DropReason.XDP_DROP);
                lost = Math.max(lost, refused / (double) ledger.in());
            }
        }
        Arrays.sort(rates);
        System.out.printf(
                Locale.ROOT,
                "%-14s %8.2f %8.2f %8.2f  %6.2f%% %10.4f%n",
                name,
                rates[runs / 2],
                rates[0],
                rates[runs - 1],
                lost * 100,
                allocated);
    }

    /// What all threads have allocated so far.
    private static long allocatedBytes() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getTotalThreadAllocatedBytes();
    }
}
