package io.xdp4j.tools.report;

import io.xdp4j.control.DeviceInfo;
import io.xdp4j.control.Snapshot;
import io.xdp4j.control.TraceCounts;
import io.xdp4j.tools.session.KeyToggle;
import io.xdp4j.tools.session.ToolCommand;
import io.xdp4j.tools.session.ToolSession;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// A tool with the common output, whatever its options are called: it only prepares.
public abstract class ReportingCommand extends ToolCommand {
    private @Nullable Run run;

    /// What there is while the tool runs.
    private record Run(
            SampleSetup setup,
            @Nullable RxCounters rx,
            int trace,
            SampleMoment first,
            KeyToggle verbose,
            Moments moments) {}

    /// The moment of the last report, and how many there were.
    private static final class Moments {
        private SampleMoment last;
        private int reports;

        private Moments(SampleMoment first) {
            this.last = first;
        }
    }

    /// What the user said about the output.
    protected abstract ReportOptions reporting();

    /// Loads, fills and attaches; says what to show.
    protected abstract SampleSetup setUp(ToolSession session);

    /// Called after each report; the stress modes change maps here.
    protected void afterReport(ToolSession session) {}

    @Override
    protected final Duration interval() {
        return reporting().interval();
    }

    @Override
    protected final void prepare(ToolSession session) {
        reporting().interval();
        reporting().count();
        SampleSetup setup = setUp(session);
        if (reporting().stats()) {
            setup = setup.withRedirects();
        }
        RxCounters rx =
                setup.object() == null ? null : new RxCounters(setup.object(), session.workers());
        int trace = session.control().openTrace(setup.filter());
        SampleMoment first = moment(session, rx, trace);
        KeyToggle verbose = KeyToggle.open(reporting().verbose(), session.out());
        run = new Run(setup, rx, trace, first, verbose, new Moments(first));
    }

    private static SampleMoment moment(ToolSession session, @Nullable RxCounters rx, int trace) {
        TraceCounts counts = session.control().readTrace(trace);
        List<Counts> received =
                rx == null ? Collections.nCopies(session.workers(), Counts.ZERO) : rx.read();
        return SampleMoment.of(System.nanoTime(), received, counts);
    }

    private Run run() {
        if (run == null) {
            throw new IllegalStateException("the tool is not prepared");
        }
        return run;
    }

    @Override
    protected boolean isDone() {
        return run().moments().reports >= reporting().count();
    }

    @Override
    protected final void report(ToolSession session) {
        Run now = run();
        SampleMoment moment = moment(session, now.rx(), now.trace());
        print(session, now, now.moments().last, moment);
        now.moments().last = moment;
        now.moments().reports++;
        afterReport(session);
    }

    private void print(ToolSession session, Run now, SampleMoment before, SampleMoment moment) {
        if (target().json()) {
            session.out()
                    .println(SampleJson.stats(now.setup(), name(session), now.first(), moment));
            return;
        }
        List<String> lines =
                reporting().classic()
                        ? now.setup().classic().lines(before, moment)
                        : SampleText.of(
                                now.setup(),
                                now.verbose().isOn(),
                                index -> nameOf(session, index),
                                before,
                                moment);
        lines.forEach(session.out()::println);
    }

    private static IntFunction<String> name(ToolSession session) {
        return index -> nameOf(session, index);
    }

    private static String nameOf(ToolSession session, int ifindex) {
        return session.control().devices().stream()
                .filter(device -> device.ifindex() == ifindex)
                .map(DeviceInfo::name)
                .findFirst()
                .orElse("?");
    }

    @Override
    protected final void summary(ToolSession session, Snapshot end) {
        Run now = run();
        now.verbose().close();
        SampleMoment last = moment(session, now.rx(), now.trace());
        if (target().json()) {
            session.out()
                    .println(
                            SampleJson.summary(
                                    now.setup(),
                                    name(session),
                                    now.first(),
                                    last,
                                    session.isOwn() ? end : null));
            return;
        }
        session.out().println();
        SampleTotals.between(now.setup().shown(), now.first(), last)
                .lines(last.secondsSince(now.first()))
                .forEach(session.out()::println);
    }
}
