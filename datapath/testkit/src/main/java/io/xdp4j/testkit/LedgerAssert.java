package io.xdp4j.testkit;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.core.trace.Ledger;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.assertj.core.api.AbstractAssert;

/// Assertions about where the frames of a datapath went.
///
/// ```java
/// LedgerAssert.settled(datapath).hasIn(3).hasTransmitted(1).dropsOnly(Map.of(XDP_DROP, 2L));
/// ```
///
/// Thread: any but a worker's.
public final class LedgerAssert extends AbstractAssert<LedgerAssert, Ledger> {
    private static final Duration SETTLE = Duration.ofSeconds(10);
    private static final long CHECK_NANOS = 200_000;

    private LedgerAssert(Ledger ledger) {
        super(ledger, LedgerAssert.class);
    }

    public static LedgerAssert assertThat(Ledger ledger) {
        return new LedgerAssert(ledger);
    }

    /// Waits until nothing is under way, without stopping the devices, and takes the ledger then.
    ///
    /// Fails: `AssertionError` with the ledger when frames are still under way after ten seconds.
    public static LedgerAssert settled(Datapath datapath) {
        return assertThat(settle(datapath)).isBalanced();
    }

    static Ledger settle(Datapath datapath) {
        long deadline = System.nanoTime() + SETTLE.toNanos();
        while (true) {
            boolean polled =
                    datapath.devices().stream()
                            .allMatch(
                                    device -> !(device instanceof FakeNic nic) || nic.isSettled());
            datapath.workers().synchronize();
            Ledger ledger = datapath.ledger();
            if ((polled && ledger.balanced()) || System.nanoTime() - deadline > 0) {
                return ledger;
            }
            LockSupport.parkNanos(CHECK_NANOS);
        }
    }

    /// Every frame has ended and every chunk is back.
    public LedgerAssert isBalanced() {
        isNotNull();
        if (!actual.balanced()) {
            throw failure(
                    "expected a balanced ledger, in flight: %s, chunks out: %s: %s",
                    actual.inFlight(), actual.poolSize() - actual.poolFree(), actual);
        }
        return this;
    }

    public LedgerAssert hasIn(long frames) {
        return has("in", actual.in(), frames);
    }

    public LedgerAssert hasPassed(long frames) {
        return has("passed", actual.passed(), frames);
    }

    public LedgerAssert hasTransmitted(long frames) {
        return has("transmitted", actual.transmitted(), frames);
    }

    public LedgerAssert hasDropped(DropReason reason, long frames) {
        return has(reason.name(), actual.dropped(reason), frames);
    }

    /// These drops and no others.
    public LedgerAssert dropsOnly(Map<DropReason, Long> drops) {
        if (!actual.drops().equals(drops)) {
            throw failure("expected drops %s, got %s", drops, actual.drops());
        }
        return this;
    }

    public LedgerAssert hasNoDrops() {
        return dropsOnly(Map.of());
    }

    private LedgerAssert has(String what, long value, long expected) {
        if (value != expected) {
            throw failure("expected %s: %s, got %s in %s", what, expected, value, actual);
        }
        return this;
    }
}
