package io.xdp4j.tools.xsk;

import io.xdp4j.control.Snapshot;
import io.xdp4j.linux.NativeException;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.exit.ExitCode;
import io.xdp4j.tools.session.StopSignal;
import io.xdp4j.tools.session.TargetOptions;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;

/// A tool that does something with AF_XDP sockets until it is stopped.
public abstract class XskCommand implements Callable<Integer> {
    private static final long LONGEST_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    @Mixin private TargetOptions target = new TargetOptions();

    /// Fails: [CommandException] for options that do not go.
    protected abstract void check();

    protected abstract String device();

    protected abstract XskMode mode();

    protected abstract XskSetup setup();

    /// True for a loop that waits in poll(2).
    protected boolean polls() {
        return false;
    }

    protected abstract long intervalSeconds();

    /// When to end, null for what `--duration` says.
    protected @Nullable Integer seconds() {
        return null;
    }

    protected abstract XskLoop loop(XskFace face, XskPort port);

    protected abstract XskView view(XskFace face, XskPort port);

    /// The first line, empty for none.
    protected String headline(XskFace face) {
        return "";
    }

    /// Refuses a value outside of what is possible.
    protected static void range(String option, long value, long least, long most) {
        if (value < least || value > most) {
            throw CommandException.usage(
                    option + ": " + value + " (expected: " + least + ".." + most + ")");
        }
    }

    @Override
    public final Integer call() {
        check();
        StopSignal.guard(this::runToEnd);
        return ExitCode.OK;
    }

    private void runToEnd(StopSignal stop) {
        PrintWriter out = new PrintWriter(System.out, false, StandardCharsets.UTF_8);
        try (XskFace face = open();
                XskPort port = XskPort.open(face, setup())) {
            XskLoop loop = loop(face, port);
            XskView view = view(face, port);
            if (!target.json() && !headline(face).isEmpty()) {
                out.println(headline(face));
            }
            XskRun run = face.start(loop);
            try {
                watch(stop, new Running(face, port, run, view, out));
            } finally {
                run.stop();
            }
            fail(loop.failure());
            Snapshot end = face.finish();
            if (target.json()) {
                out.println(view.json("summary", end));
            } else {
                view.summary().forEach(out::println);
            }
            out.flush();
        }
    }

    private XskFace open() {
        return target.config() == null
                ? KernelFace.open(device(), mode())
                : EmulatedFace.open(target, device(), mode(), polls());
    }

    private record Running(XskFace face, XskPort port, XskRun run, XskView view, PrintWriter out) {}

    private void watch(StopSignal stop, Running running) {
        long start = System.nanoTime();
        long end = endNanos();
        long interval = TimeUnit.SECONDS.toNanos(intervalSeconds());
        long next = interval;
        while (!running.run().isDone()) {
            long elapsed = System.nanoTime() - start;
            if (elapsed >= next) {
                report(running);
                next += interval;
            }
            if (elapsed >= end || (setup().receives() && running.face().isExhausted())) {
                return;
            }
            long wait = Math.min(Math.min(end, next) - elapsed, LONGEST_WAIT_NANOS);
            if (stop.await(Math.max(0, wait))) {
                return;
            }
        }
    }

    private long endNanos() {
        Duration duration = target.duration();
        long given = duration == null ? Long.MAX_VALUE : duration.toNanos();
        Integer seconds = seconds();
        return seconds == null ? given : Math.min(given, TimeUnit.SECONDS.toNanos(seconds));
    }

    private void report(Running running) {
        if (target.json()) {
            running.out().println(running.view().json("stats", null));
        } else {
            running.view().lines().forEach(running.out()::println);
        }
        running.out().flush();
        running.port().users().forEach(user -> fail(user.socket().takeError()));
    }

    private void fail(int errno) {
        if (errno != 0) {
            throw NativeException.of("AF_XDP", device() + ", queue=" + setup().queue(), errno);
        }
    }
}
