package io.xdp4j.core.trace;

import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/// Where all frames of a datapath went: `in = out + dropped + inFlight`.
///
/// @param in frames that came into being
/// @param passed of those, handed to the host side
/// @param transmitted of those, left by a device
/// @param drops of those, dropped, by reason; reasons that never happened are left out
/// @param poolFree free chunks of the pool
/// @param poolSize all chunks of the pool
public record Ledger(
        long in,
        long passed,
        long transmitted,
        Map<DropReason, Long> drops,
        int poolFree,
        int poolSize) {

    public Ledger {
        drops = Collections.unmodifiableMap(new EnumMap<>(withAnyKey(drops)));
    }

    private static EnumMap<DropReason, Long> withAnyKey(Map<DropReason, Long> drops) {
        EnumMap<DropReason, Long> map = new EnumMap<>(DropReason.class);
        map.putAll(drops);
        return map;
    }

    /// Adds up the workers' shares.
    public static Ledger sum(Collection<WorkerLedger> shares, int poolFree, int poolSize) {
        long passed = 0;
        long transmitted = 0;
        EnumMap<DropReason, Long> drops = new EnumMap<>(DropReason.class);
        for (WorkerLedger share : shares) {
            passed += share.passedFrames();
            transmitted += share.transmittedFrames();
            for (DropReason reason : DropReason.values()) {
                long count = share.droppedFrames(reason);
                if (count != 0) {
                    drops.merge(reason, count, Long::sum);
                }
            }
        }
        // Read last: while workers run, a frame may end between the reads but not before it began.
        long in = shares.stream().mapToLong(WorkerLedger::enteredFrames).sum();
        return new Ledger(in, passed, transmitted, drops, poolFree, poolSize);
    }

    public long out() {
        return passed + transmitted;
    }

    public long dropped() {
        return drops.values().stream().mapToLong(Long::longValue).sum();
    }

    public long dropped(DropReason reason) {
        return drops.getOrDefault(reason, 0L);
    }

    /// Frames that came in and have not ended yet.
    public long inFlight() {
        return in - out() - dropped();
    }

    /// True at rest: every frame has ended and every chunk is back.
    public boolean balanced() {
        return inFlight() == 0 && poolFree == poolSize;
    }
}
