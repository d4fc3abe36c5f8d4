package io.xdp4j.conformance.netns;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// Waits for conditions that only asking tells.
public final class Await {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final long BETWEEN_NANOS = 20_000_000;

    private Await() {}

    public static void until(String what, BooleanSupplier reached) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!reached.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("after " + LIMIT + ", not yet: " + what);
            }
            LockSupport.parkNanos(BETWEEN_NANOS);
        }
    }
}
