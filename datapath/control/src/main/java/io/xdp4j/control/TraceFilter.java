package io.xdp4j.control;

import io.xdp4j.control.json.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Which tracepoints are added up.
///
/// Kernel: `from_match`, `to_match` and `cpumap_map_id` of the samples' library.
///
/// @param from interface indexes that frames came in by; empty for all
/// @param to interface indexes that frames are sent to; empty for all
/// @param cpumaps ids of cpumaps; empty for all
/// @param redirects whether successful redirects count too, which is an event a frame
public record TraceFilter(
        List<Integer> from, List<Integer> to, List<Integer> cpumaps, boolean redirects) {
    /// Everything but successful redirects.
    public static final TraceFilter ALL = new TraceFilter(List.of(), List.of(), List.of(), false);

    public TraceFilter {
        from = List.copyOf(from);
        to = List.copyOf(to);
        cpumaps = List.copyOf(cpumaps);
    }

    public TraceFilter withRedirects(boolean on) {
        return new TraceFilter(from, to, cpumaps, on);
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("from", from);
        json.put("to", to);
        json.put("cpumaps", cpumaps);
        json.put("redirects", redirects);
        return json;
    }

    static TraceFilter parse(Json json) {
        return new TraceFilter(
                numbers(json.at("from")),
                numbers(json.at("to")),
                numbers(json.at("cpumaps")),
                json.at("redirects").flag(false));
    }

    private static List<Integer> numbers(Json json) {
        return json.list().stream().map(n -> (int) n.number(0, Integer.MAX_VALUE)).toList();
    }
}
