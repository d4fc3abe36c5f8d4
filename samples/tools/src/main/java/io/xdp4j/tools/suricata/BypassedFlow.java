package io.xdp4j.tools.suricata;

import java.util.LinkedHashMap;
import java.util.Map;

/// One direction of a flow, and what of it was bypassed.
///
/// @param packets on all CPUs
/// @param bytes on all CPUs
record BypassedFlow(FlowKey flow, long packets, long bytes) {
    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("flow", flow.toString());
        json.put("packets", packets);
        json.put("bytes", bytes);
        return json;
    }

    @Override
    public String toString() {
        return "%s: %d packets, %d bytes".formatted(flow, packets, bytes);
    }
}
