package io.xdp4j.packet.generator;

import io.xdp4j.ebpf.HotPath;

/// How many frames may be sent by now.
///
/// Thread: one worker.
/// Fails: never. Frames that were not sent in time wait, for a tenth of a second and as many as the
/// ring of a NIC holds; more are forgotten, as a wire brings nothing later in one burst.
@HotPath
final class TokenBucket {
    private static final double NANOS = 1e9;
    private static final double DEPTH_SECONDS = 0.1;
    private static final int MIN_DEPTH = 64;
    private static final int MAX_DEPTH = 1024;

    private static final double MIN_PERIOD_NANOS = 100_000;
    private static final double MAX_PERIOD_NANOS = 10_000_000;
    private static final double SHORT_PERIOD_NANOS = 1_000_000;
    private static final int FRAMES_A_PERIOD = 32;

    private final double framesPerNano;
    private final long depth;
    private long startNanos;
    private long taken;

    /// A bucket that fills with `rate` frames a second; 0 for one that is always full.
    TokenBucket(double rate) {
        framesPerNano = rate / NANOS;
        depth = Math.clamp((long) (rate * DEPTH_SECONDS), MIN_DEPTH, MAX_DEPTH);
    }

    boolean isUnlimited() {
        return framesPerNano == 0;
    }

    /// Empties the bucket.
    void restart(long nowNanos) {
        startNanos = nowNanos;
        taken = 0;
    }

    /// Frames that may be sent at `nowNanos`.
    long available(long nowNanos) {
        if (framesPerNano == 0) {
            return Long.MAX_VALUE;
        }
        long due = (long) ((nowNanos - startNanos) * framesPerNano);
        long available = due - taken;
        if (available > depth) {
            taken = due - depth;
            return depth;
        }
        return available;
    }

    void take(int frames) {
        taken += frames;
    }

    /// How often to look whether an empty bucket has filled: for about 32 frames, at least every
    /// millisecond or within a quarter of the time between two frames.
    long periodNanos() {
        double gap = 1 / framesPerNano;
        double longest = Math.max(SHORT_PERIOD_NANOS, Math.min(gap / 4, MAX_PERIOD_NANOS));
        return (long) Math.max(MIN_PERIOD_NANOS, Math.min(FRAMES_A_PERIOD * gap, longest));
    }
}
