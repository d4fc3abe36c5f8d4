package io.xdp4j.tools.session;

import io.xdp4j.config.DatapathConfig;
import io.xdp4j.control.Snapshot;
import io.xdp4j.tools.exit.ExitCode;
import io.xdp4j.tools.exit.StandardOutput;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// A tool that works with a datapath until it is stopped; see the package for how to write one.
public abstract class ToolCommand implements Callable<Integer> {
    private static final long LONGEST_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    @Spec private CommandSpec spec = CommandSpec.create();

    @Mixin private TargetOptions target = new TargetOptions();

    /// The options that say which datapath.
    protected final TargetOptions target() {
        return target;
    }

    /// Names or interface indexes of the devices that the tool was given; empty for one that works
    /// with a datapath as a whole.
    protected abstract List<String> devices();

    /// True for a tool that adds something to the datapath, which it can only do to one of its own.
    protected boolean needsOwnDatapath() {
        return false;
    }

    /// Called with the description of an own datapath before it is made.
    protected DatapathConfig adapt(DatapathConfig config) {
        return config;
    }

    /// Loads, fills and attaches. An own datapath receives nothing yet.
    protected abstract void prepare(ToolSession session);

    /// Time between reports.
    protected Duration interval() {
        return Duration.ofSeconds(1);
    }

    /// How often the tool wants to look at something between reports, such as a ring of records.
    protected void poll(ToolSession session) {}

    /// Called once an interval.
    protected void report(ToolSession session) {}

    /// Called once the tool is to end, while packets still come and go.
    protected void beforeDrain(ToolSession session) {}

    /// Called once at the end: an own datapath has drained, all is still attached.
    protected void summary(ToolSession session, Snapshot end) {}

    /// True when the tool has done what it was asked to.
    protected boolean isDone() {
        return false;
    }

    @Override
    public final Integer call() {
        StopSignal.guard(this::runToEnd);
        return ExitCode.OK;
    }

    private void runToEnd(StopSignal stop) {
        try (ToolSession session = open()) {
            prepare(session);
            session.start();
            watch(stop, session);
            beforeDrain(session);
            Snapshot end = session.drain();
            poll(session);
            summary(session, end);
            session.out().flush();
        }
    }

    private ToolSession open() {
        List<String> devices = devices();
        return needsOwnDatapath()
                ? ToolSession.own(target, spec.name(), devices, this::adapt)
                : ToolSession.open(target, spec.name(), devices);
    }

    private void watch(StopSignal stop, ToolSession session) {
        long start = System.nanoTime();
        Duration duration = target.duration;
        long end = duration == null ? Long.MAX_VALUE : duration.toNanos();
        long interval = interval().toNanos();
        long next = interval;
        while (!isDone()) {
            long elapsed = System.nanoTime() - start;
            if (elapsed >= next) {
                report(session);
                session.out().flush();
                next += interval;
            }
            if (elapsed >= end || session.isExhausted() || StandardOutput.isLost()) {
                return;
            }
            poll(session);
            long wait = Math.min(Math.min(end, next) - elapsed, LONGEST_WAIT_NANOS);
            if (stop.await(Math.max(0, wait))) {
                return;
            }
        }
    }
}
