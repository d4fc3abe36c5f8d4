package io.xdp4j.core.trace;

import io.xdp4j.ebpf.HotPath;

/// Counters in cache lines of their own: what one worker counts up for each frame must not share a
/// line with what another reads for each frame.
///
/// Thread: written by one worker; a reader elsewhere sees values of a moment ago.
@HotPath
public final class PaddedCounters {
    /// Longs before and after: a pair of cache lines, as the processor fetches them.
    private static final int PADDING = 16;

    private final long[] counts;

    public PaddedCounters(int counters) {
        counts = new long[PADDING + counters + PADDING];
    }

    public void add(int counter, long count) {
        counts[PADDING + counter] += count;
    }

    public long get(int counter) {
        return counts[PADDING + counter];
    }
}
