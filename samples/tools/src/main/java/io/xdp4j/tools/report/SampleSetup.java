package io.xdp4j.tools.report;

import io.xdp4j.control.TraceFilter;
import io.xdp4j.tools.session.SampleObject;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a prepared tool has to show.
///
/// @param object whose `rx_cnt` is read; null for a tool without a program
/// @param shown kinds of rows
/// @param filter which tracepoints count
/// @param heading of summary lines: `Summary`, or `in->out`
/// @param classic the table for `--classic`
public record SampleSetup(
        @Nullable SampleObject object,
        Set<SampleKind> shown,
        TraceFilter filter,
        String heading,
        ReportTable classic) {
    public SampleSetup {
        shown = Set.copyOf(shown);
    }

    /// The same with kinds added.
    SampleSetup withShown(SampleKind more) {
        Set<SampleKind> all = EnumSet.of(more);
        all.addAll(shown);
        return new SampleSetup(object, all, filter, heading, classic);
    }

    SampleSetup withRedirects() {
        SampleSetup more = withShown(SampleKind.REDIRECT);
        return new SampleSetup(object, more.shown, filter.withRedirects(true), heading, classic);
    }
}
