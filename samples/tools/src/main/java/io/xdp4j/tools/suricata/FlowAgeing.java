package io.xdp4j.tools.suricata;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Finds flows of which nothing came for a time. Both directions of a flow age together, as
/// Suricata's do: while one still carries packets the other stays.
///
/// Thread: one at a time.
final class FlowAgeing {
    private final long timeoutNanos;
    private final Map<FlowKey, Seen> seen = new HashMap<>();

    /// Packets at the last look, and when they last became more.
    private record Seen(long packets, long sinceNanos) {}

    FlowAgeing(long timeoutNanos) {
        this.timeoutNanos = timeoutNanos;
    }

    /// The flows that are over now.
    ///
    /// @param nowNanos on any clock that does not jump
    List<BypassedFlow> expired(List<BypassedFlow> flows, long nowNanos) {
        Map<FlowKey, Seen> now = new HashMap<>();
        for (BypassedFlow flow : flows) {
            Seen before = seen.get(flow.flow());
            long since =
                    before != null && before.packets == flow.packets()
                            ? before.sinceNanos
                            : nowNanos;
            now.put(flow.flow(), new Seen(flow.packets(), since));
        }
        List<BypassedFlow> over = new ArrayList<>();
        for (BypassedFlow flow : flows) {
            if (isOver(now, flow.flow(), nowNanos)
                    && isOver(now, flow.flow().reversed(), nowNanos)) {
                over.add(flow);
            }
        }
        over.forEach(flow -> now.remove(flow.flow()));
        seen.clear();
        seen.putAll(now);
        return over;
    }

    private boolean isOver(Map<FlowKey, Seen> now, FlowKey flow, long nowNanos) {
        Seen one = now.get(flow);
        return one == null || nowNanos - one.sinceNanos >= timeoutNanos;
    }
}
