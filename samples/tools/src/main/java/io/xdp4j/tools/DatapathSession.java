package io.xdp4j.tools;

import io.xdp4j.config.DatapathConfig;
import io.xdp4j.config.assembly.RunningDatapath;
import io.xdp4j.core.trace.Ledger;
import io.xdp4j.tools.exit.ExitCode;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs a datapath until its time is up, its input ends, or a signal comes; then drains it and
/// prints the summary.
///
/// SIGINT and SIGTERM reach us through the shutdown hook, which waits for the drain and then ends
/// the process with the session's own exit code.
final class DatapathSession {
    private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long EXHAUSTED_CHECK_MILLIS = 20;

    private static final Logger LOG = LoggerFactory.getLogger(DatapathSession.class);

    private final CountDownLatch stop = new CountDownLatch(1);
    private final CountDownLatch finished = new CountDownLatch(1);
    private volatile int exitCode = ExitCode.RUNTIME;

    private DatapathSession() {}

    static void run(DatapathConfig config, RunOptions options) {
        DatapathSession session = new DatapathSession();
        Thread hook = new Thread(session::onSignal, "on-signal");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            session.runToEnd(config, options);
            session.exitCode = ExitCode.OK;
        } finally {
            session.finished.countDown();
            removeHook(hook);
        }
    }

    private void onSignal() {
        stop.countDown();
        try {
            finished.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        System.out.flush();
        System.err.flush();
        Runtime.getRuntime().halt(exitCode);
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            LOG.debug("the shutdown hook is running; it ends the process");
        }
    }

    private void runToEnd(DatapathConfig config, RunOptions options) {
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        try (RunningDatapath running = RunningDatapath.open(config);
                StatsView view = StatsView.open(options, out)) {
            long start = System.nanoTime();
            Snapshot first = Snapshot.of(running, start);
            running.start();
            watch(running, view, options, config.stats().interval(), start, first);
            Ledger ledger = running.datapath().drain(DRAIN_NANOS);
            view.summary(first, Snapshot.of(running, start, ledger));
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
            if (elapsed >= end || running.isExhausted()) {
                return;
            }
            if (elapsed >= next) {
                Snapshot now = Snapshot.of(running, start);
                view.stats(before, now);
                before = now;
                next += interval.toNanos();
            }
            long wait = Math.min(Math.min(end, next) - elapsed, maximalWait());
            if (stopped(Math.max(0, wait))) {
                return;
            }
        }
    }

    private static long maximalWait() {
        return TimeUnit.MILLISECONDS.toNanos(EXHAUSTED_CHECK_MILLIS);
    }

    private boolean stopped(long nanos) {
        try {
            return stop.await(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }
}
