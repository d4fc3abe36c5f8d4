package io.xdp4j.tools.report;

import io.xdp4j.control.TraceFilter;
import io.xdp4j.tools.session.SampleObject;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a prepared tool has to show.
///
/// @param object whose `rx_cnt` is read; null for a tool without a program
/// @param shown kinds of rows
/// @param filter which tracepoints count
/// @param heading of summary lines: `Summary`, or `in->out`
/// @param classic the table for `--classic`
/// @param details more rows for verbose reports
public record SampleSetup(
        @Nullable SampleObject object,
        Set<SampleKind> shown,
        TraceFilter filter,
        String heading,
        ReportTable classic,
        ReportTable details) {
    private static final ReportTable NONE = (_, _) -> List.of();

    public SampleSetup {
        shown = Set.copyOf(shown);
    }

    public SampleSetup(
            @Nullable SampleObject object,
            Set<SampleKind> shown,
            TraceFilter filter,
            String heading,
            ReportTable classic) {
        this(object, shown, filter, heading, classic, NONE);
    }

    /// For a tool that had no table in 2018.
    public static SampleSetup of(
            @Nullable SampleObject object,
            Set<SampleKind> shown,
            TraceFilter filter,
            String heading) {
        return new SampleSetup(object, shown, filter, heading, NONE, NONE);
    }

    /// The same with more rows for verbose reports.
    public SampleSetup withDetails(ReportTable more) {
        return new SampleSetup(object, shown, filter, heading, classic, more);
    }

    /// The same with kinds added.
    SampleSetup withShown(SampleKind more) {
        Set<SampleKind> all = EnumSet.of(more);
        all.addAll(shown);
        return new SampleSetup(object, all, filter, heading, classic, details);
    }

    SampleSetup withRedirects() {
        SampleSetup more = withShown(SampleKind.REDIRECT);
        return new SampleSetup(
                object, more.shown, filter.withRedirects(true), heading, classic, details);
    }
}
