package io.xdp4j.tools.report;

/// What one CPU counted of one kind of event. What the words mean differs by kind, as in the
/// kernel's samples.
///
/// Kernel: `struct datarec` of `samples/bpf/xdp_sample_shared.h`.
///
/// @param processed frames
/// @param dropped frames that were lost
/// @param issue errors, bulks, or wake-ups
/// @param info frames passed, or bulks
/// @param xdpDrop frames that a second program dropped
/// @param xdpRedirect frames that a second program redirected
public record Counts(
        long processed, long dropped, long issue, long info, long xdpDrop, long xdpRedirect) {
    public static final Counts ZERO = new Counts(0, 0, 0, 0, 0, 0);

    static Counts of(long processed, long dropped, long issue) {
        return new Counts(processed, dropped, issue, 0, 0, 0);
    }

    Counts plus(Counts other) {
        return new Counts(
                processed + other.processed,
                dropped + other.dropped,
                issue + other.issue,
                info + other.info,
                xdpDrop + other.xdpDrop,
                xdpRedirect + other.xdpRedirect);
    }

    /// What was counted since `before`, per second.
    Counts rate(Counts before, double seconds) {
        return new Counts(
                rate(processed - before.processed, seconds),
                rate(dropped - before.dropped, seconds),
                rate(issue - before.issue, seconds),
                rate(info - before.info, seconds),
                rate(xdpDrop - before.xdpDrop, seconds),
                rate(xdpRedirect - before.xdpRedirect, seconds));
    }

    private static long rate(long count, double seconds) {
        return seconds > 0 ? Math.round(count / seconds) : 0;
    }

    /// True when a row of it says something.
    boolean isBusy() {
        return processed != 0 || dropped != 0 || issue != 0;
    }

    /// Frames in a bulk: `processed` over `bulks`, both rates.
    static double average(long frames, long bulks) {
        return bulks == 0 ? 0 : (double) frames / bulks;
    }
}
