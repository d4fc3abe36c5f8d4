package io.xdp4j.programs.bridge;

import io.xdp4j.core.trace.DropReason;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/// Counters of one port of a switch, over all workers, about the frames it received.
///
/// Thread: immutable.
/// Owns: nothing.
/// Fails: never.
/// Kernel: `struct pcpu_sw_netstats` of a bridge port, in parts.
///
/// @param port the port's device name
/// @param learned addresses learnt here
/// @param moved addresses that were behind another port before
/// @param refusedMoves frames whose source is a static entry of another port
/// @param tableFull frames whose source found no room in the table
/// @param forwarded frames redirected to the one port of their destination
/// @param flooded frames sent to all other ports of their VLAN
/// @param mirrored copies that mirrors got of these frames, as received here or as sent elsewhere
/// @param drops frames the switch dropped, by reason; reasons that never happened are left out
public record SwitchPortStats(
        String port,
        long learned,
        long moved,
        long refusedMoves,
        long tableFull,
        long forwarded,
        long flooded,
        long mirrored,
        Map<DropReason, Long> drops) {

    public SwitchPortStats {
        EnumMap<DropReason, Long> copy = new EnumMap<>(DropReason.class);
        copy.putAll(drops);
        drops = Collections.unmodifiableMap(copy);
    }

    static SwitchPortStats sum(String port, PortCounters[] byWorker) {
        PortCounters all = new PortCounters();
        EnumMap<DropReason, Long> drops = new EnumMap<>(DropReason.class);
        for (PortCounters one : byWorker) {
            all.learned += one.learned;
            all.moved += one.moved;
            all.refusedMoves += one.refusedMoves;
            all.tableFull += one.tableFull;
            all.forwarded += one.forwarded;
            all.flooded += one.flooded;
            all.mirrored += one.mirrored;
            for (DropReason reason : DropReason.values()) {
                long count = one.droppedFrames(reason);
                if (count != 0) {
                    drops.merge(reason, count, Long::sum);
                }
            }
        }
        return new SwitchPortStats(
                port,
                all.learned,
                all.moved,
                all.refusedMoves,
                all.tableFull,
                all.forwarded,
                all.flooded,
                all.mirrored,
                drops);
    }

    /// Frames the switch dropped for one reason.
    public long dropped(DropReason reason) {
        return drops.getOrDefault(reason, 0L);
    }

    /// Frames above the storm limit.
    public long stormDrops() {
        return dropped(DropReason.SWITCH_STORM);
    }
}
