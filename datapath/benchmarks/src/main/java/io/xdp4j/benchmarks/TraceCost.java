package io.xdp4j.benchmarks;

import io.xdp4j.core.device.NetDevice;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/// CPU time of the worker per frame, in slices: one of the processes that `tracepoints.sh` has run
/// in turn.
///
/// Usage: `TraceCost SCENARIO`. For each line `none|monitor|stats MILLIS` of standard input, the
/// scenario runs for that long and a line answers with the nanoseconds per frame; in between it rests.
public final class TraceCost {
    private static final long SETTLE_MILLIS = 50;

    private TraceCost() {}

    public static void main(String[] args) throws Exception {
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        try (Scenario scenario = Scenario.start(args[0], 64)) {
            NetDevice nic = scenario.datapath().device("nic0").orElseThrow();
            nic.down();
            answer(lines, scenario, nic);
        }
    }

    private static void answer(BufferedReader lines, Scenario scenario, NetDevice nic)
            throws Exception {
        long worker = workerThread();
        for (String line : (Iterable<String>) lines.lines()::iterator) {
            String[] words = line.split(" ", -1);
            try (var _ = Listening.parse(words[0]).begin(scenario.datapath())) {
                nic.up();
                double nanos = slice(scenario, worker, Long.parseLong(words[1]));
                nic.down();
                System.out.printf(Locale.ROOT, "%.3f%n", nanos);
            }
        }
    }

    private static double slice(Scenario scenario, long worker, long millis)
            throws InterruptedException {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        TimeUnit.MILLISECONDS.sleep(SETTLE_MILLIS);
        long frames = scenario.delivered();
        long nanos = threads.getThreadCpuTime(worker);
        TimeUnit.MILLISECONDS.sleep(millis);
        frames = scenario.delivered() - frames;
        nanos = threads.getThreadCpuTime(worker) - nanos;
        return nanos / (double) frames;
    }

    private static long workerThread() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        return Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
                .filter(thread -> thread != null && thread.getThreadName().startsWith("worker-"))
                .mapToLong(ThreadInfo::getThreadId)
                .findFirst()
                .orElseThrow();
    }
}
