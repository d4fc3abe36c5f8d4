package io.xdp4j.tools.session;

import io.xdp4j.tools.exit.ExitCode;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Ctrl-C and SIGTERM for commands that run until they are told to stop.
///
/// The signals reach us through the shutdown hook, which waits until the command has cleaned up and
/// then ends the process with code 0.
///
/// Thread: any.
public final class StopSignal {
    private static final Logger LOG = LoggerFactory.getLogger(StopSignal.class);

    private final CountDownLatch stop = new CountDownLatch(1);
    private final CountDownLatch finished = new CountDownLatch(1);
    private volatile int exitCode = ExitCode.RUNTIME;

    private StopSignal() {}

    /// Runs a command to its end; a signal meanwhile only sets the stop signal.
    public static void guard(Consumer<StopSignal> command) {
        StopSignal signal = new StopSignal();
        Thread hook = new Thread(signal::onSignal, "on-signal");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            command.accept(signal);
            signal.exitCode = ExitCode.OK;
        } finally {
            signal.finished.countDown();
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

    /// Waits; true when the command is to stop.
    public boolean await(long nanos) {
        try {
            return stop.await(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }
}
