package io.xdp4j.programs.bridge;

import io.xdp4j.ebpf.HotPath;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The token buckets of one port: one for each limited kind and receive queue.
///
/// Thread: a queue's buckets belong to the queue's worker.
/// Owns: nothing.
/// Fails: never.
final class StormControl {
    private static final FloodKind[] KINDS = FloodKind.values();

    private final LongSupplier nanoClock;
    private final @Nullable TokenBucket[] buckets;

    /// Each queue gets an equal share of a limit, rounded up.
    StormControl(StormLimit limit, int queues, LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.buckets = new TokenBucket[queues * KINDS.length];
        for (int i = 0; i < buckets.length; i++) {
            long rate = KINDS[i % KINDS.length].rateOf(limit);
            if (rate != StormLimit.NONE) {
                buckets[i] = new TokenBucket(Math.ceilDiv(rate, queues), nanoClock.getAsLong());
            }
        }
    }

    /// False for a frame above the limit.
    @HotPath
    boolean admits(FloodKind kind, int queue) {
        TokenBucket bucket = buckets[queue * KINDS.length + kind.ordinal()];
        return bucket == null || bucket.take(nanoClock.getAsLong());
    }
}
