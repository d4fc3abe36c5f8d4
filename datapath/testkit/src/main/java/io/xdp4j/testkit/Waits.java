package io.xdp4j.testkit;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// Waits for a condition under a monitor that is notified of each change.
final class Waits {
    private Waits() {}

    /// Waits on `monitor`, which the caller holds.
    static void until(
            Object monitor, Duration timeout, BooleanSupplier reached, Supplier<String> state) {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!reached.getAsBoolean()) {
            long leftMillis = (deadline - System.nanoTime()) / 1_000_000;
            if (leftMillis <= 0) {
                throw new AssertionError("after " + timeout + ": " + state.get());
            }
            try {
                monitor.wait(leftMillis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted: " + state.get(), e);
            }
        }
    }
}
