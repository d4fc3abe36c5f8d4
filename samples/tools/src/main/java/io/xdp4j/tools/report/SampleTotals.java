package io.xdp4j.tools.report;

import java.util.List;
import java.util.Set;

/// The sums of what a tool shows: of rates for a summary line, of counts for the end.
///
/// Kernel: `struct sample_output` and `sample_summary_print` of `samples/bpf/xdp_sample_user.c`.
/// The end has counts, as in xdp-tools, not sums of rounded rates.
///
/// @param rx frames received
/// @param redirected frames redirected
/// @param rxDropped frames that the program dropped
/// @param txDropped frames that a device did not take
/// @param errors failed redirects, exceptions, errors of programs and drivers
/// @param transmitted frames that devices took
public record SampleTotals(
        long rx, long redirected, long rxDropped, long txDropped, long errors, long transmitted) {

    static SampleTotals of(Set<SampleKind> shown, SampleMoment sums) {
        Counts rx = shown.contains(SampleKind.RX) ? sums.rx().total() : Counts.ZERO;
        Counts xmit = showsXmit(shown) ? sums.xmit().total() : Counts.ZERO;
        long errors = rx.issue() + xmit.issue();
        if (shown.contains(SampleKind.REDIRECT_ERR)) {
            errors += sums.redirectErrors();
        }
        if (shown.contains(SampleKind.EXCEPTION)) {
            errors += sums.exceptionHits();
        }
        return new SampleTotals(
                rx.processed(),
                shown.contains(SampleKind.REDIRECT) ? sums.redirect(0).total().processed() : 0,
                rx.dropped(),
                xmit.dropped(),
                errors,
                xmit.processed());
    }

    static boolean showsXmit(Set<SampleKind> shown) {
        return shown.contains(SampleKind.DEVMAP_XMIT)
                || shown.contains(SampleKind.DEVMAP_XMIT_MULTI);
    }

    /// What was counted between the first and the last moment.
    static SampleTotals between(Set<SampleKind> shown, SampleMoment first, SampleMoment last) {
        SampleTotals start = of(shown, first);
        SampleTotals end = of(shown, last);
        return new SampleTotals(
                end.rx - start.rx,
                end.redirected - start.redirected,
                end.rxDropped - start.rxDropped,
                end.txDropped - start.txDropped,
                end.errors - start.errors,
                end.transmitted - start.transmitted);
    }

    /// The lines at the exit; what did not happen is left out.
    List<String> lines(double seconds) {
        Lines lines = new Lines();
        countAndAverage(lines, "Packets received", rx, "Average packets/s", seconds);
        countAndAverage(lines, "Packets redirected", redirected, "Average redir/s", seconds);
        count(lines, "Rx dropped", rxDropped);
        count(lines, "Tx dropped", txDropped);
        count(lines, "Errors recorded", errors);
        countAndAverage(lines, "Packets transmitted", transmitted, "Average transmit/s", seconds);
        return lines.all();
    }

    private static void countAndAverage(
            Lines lines, String label, long count, String average, double seconds) {
        count(lines, label, count);
        count(lines, average, seconds > 0 ? Math.round(count / seconds) : 0);
    }

    private static void count(Lines lines, String label, long count) {
        if (count != 0) {
            lines.add("  %-19s : %,-10d", label, count);
        }
    }
}
