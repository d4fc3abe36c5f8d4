package io.xdp4j.tools;

import io.xdp4j.config.DatapathConfig;
import io.xdp4j.config.assembly.RunningDatapath;
import io.xdp4j.control.ControlServer;
import io.xdp4j.control.Snapshot;
import io.xdp4j.core.trace.Ledger;
import io.xdp4j.tools.exit.StandardOutput;
import io.xdp4j.tools.session.StopSignal;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// Runs a datapath until its time is up, its input ends, a signal comes, or its output goes nowhere; then drains it and
/// prints the summary.
final class DatapathSession {
    private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long EXHAUSTED_CHECK_MILLIS = 20;

    private final String command;
    private final StopSignal stop;

    private DatapathSession(String command, StopSignal stop) {
        this.command = command;
        this.stop = stop;
    }

    /// Runs it to its end, and serves tools meanwhile.
    ///
    /// @param command as tools show it
    static void run(String command, DatapathConfig config, RunOptions options) {
        StopSignal.guard(stop -> new DatapathSession(command, stop).runToEnd(config, options));
    }

    private void runToEnd(DatapathConfig config, RunOptions options) {
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        try (RunningDatapath running = RunningDatapath.open(config);
                ControlServer _ = ControlServer.openForTools(running.host(), command);
                StatsView view = StatsView.open(options, out)) {
            long start = System.nanoTime();
            Snapshot first = running.host().snapshot();
            running.start();
            watch(running, view, options, config.stats().interval(), start, first);
            Ledger ledger = running.datapath().drain(DRAIN_NANOS);
            view.summary(first, running.host().snapshot(ledger));
        }
    }

    private void watch(
            RunningDatapath running,
            StatsView view,
            RunOptions options,
            Duration interval,
            long start,
            Snapshot first) {
        long end = options.duration == null ? Long.MAX_VALUE : options.duration.toNanos();
        long next = interval.toNanos();
        Snapshot before = first;
        while (true) {
            long elapsed = System.nanoTime() - start;
            if (elapsed >= end || running.isExhausted() || StandardOutput.isLost()) {
                return;
            }
            if (elapsed >= next) {
                Snapshot now = running.host().snapshot();
                view.stats(before, now);
                before = now;
                next += interval.toNanos();
            }
            long wait = Math.min(Math.min(end, next) - elapsed, maximalWait());
            if (stop.await(Math.max(0, wait))) {
                return;
            }
        }
    }

    private static long maximalWait() {
        return TimeUnit.MILLISECONDS.toNanos(EXHAUSTED_CHECK_MILLIS);
    }
}
