package io.xdp4j.programs.bridge;

import io.xdp4j.core.trace.DropReason;
import io.xdp4j.ebpf.HotPath;

/// What one worker counted of frames that one port received.
///
/// Thread: written by its worker; a reader elsewhere sees values of a moment ago.
@HotPath
final class PortCounters {
    long refusedMoves;
    long tableFull;
    long learned;
    long moved;
    long forwarded;
    long flooded;
    long mirrored;
    private final long[] dropped = new long[DropReason.values().length];

    void learnt(LearnResult result) {
        switch (result) {
            case KNOWN -> {}
            case LEARNED -> learned++;
            case MOVED -> moved++;
            case REFUSED -> refusedMoves++;
            case FULL -> tableFull++;
        }
    }

    void dropped(DropReason reason) {
        dropped[reason.ordinal()]++;
    }

    long droppedFrames(DropReason reason) {
        return dropped[reason.ordinal()];
    }
}
