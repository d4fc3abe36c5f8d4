package io.xdp4j.core.trace;

import io.xdp4j.ebpf.HotPath;

/// One worker's share of the frame ledger.
///
/// Each frame that comes into being (received, written by the host side, copied) counts in
/// [#entered]; each that ends counts once in [#passed], [#transmitted] or [#dropped].
///
/// Thread: written by its worker only; a reader elsewhere sees values of a moment ago.
@HotPath
public final class WorkerLedger {
    private static final DropReason[] REASONS = DropReason.values();

    private long entered;
    private long passed;
    private long transmitted;
    private final long[] dropped = new long[REASONS.length];

    public void entered(int frames) {
        entered += frames;
    }

    /// Handed to the host side.
    public void passed(int frames) {
        passed += frames;
    }

    /// Left by a device.
    public void transmitted(int frames) {
        transmitted += frames;
    }

    public void dropped(DropReason reason, int frames) {
        dropped[reason.ordinal()] += frames;
    }

    long enteredFrames() {
        return entered;
    }

    long passedFrames() {
        return passed;
    }

    long transmittedFrames() {
        return transmitted;
    }

    long droppedFrames(DropReason reason) {
        return dropped[reason.ordinal()];
    }
}
