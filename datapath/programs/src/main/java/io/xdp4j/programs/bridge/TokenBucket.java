package io.xdp4j.programs.bridge;

import io.xdp4j.ebpf.HotPath;

/// Lets frames through at a rate; holds one second's worth, and starts full.
///
/// Thread: one worker.
/// Owns: nothing.
/// Fails: never; a clock that goes back adds nothing.
@HotPath
final class TokenBucket {
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final long framesPerSecond;

    /// In frame-nanoseconds: a frame costs [#NANOS_PER_SECOND] of them, so that refilling needs no
    /// division and loses nothing.
    private long tokens;

    private long refilledNanos;

    /// @param framesPerSecond 1..1,000,000,000
    TokenBucket(long framesPerSecond, long nowNanos) {
        this.framesPerSecond = framesPerSecond;
        this.tokens = framesPerSecond * NANOS_PER_SECOND;
        this.refilledNanos = nowNanos;
    }

    /// Takes one frame's tokens; false when there are not enough.
    boolean take(long nowNanos) {
        long elapsed = Math.min(nowNanos - refilledNanos, NANOS_PER_SECOND);
        if (elapsed > 0) {
            refilledNanos = nowNanos;
            long full = framesPerSecond * NANOS_PER_SECOND;
            tokens = Math.min(tokens + elapsed * framesPerSecond, full);
        }
        if (tokens < NANOS_PER_SECOND) {
            return false;
        }
        tokens -= NANOS_PER_SECOND;
        return true;
    }
}
