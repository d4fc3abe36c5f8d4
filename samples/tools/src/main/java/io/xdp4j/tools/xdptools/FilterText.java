package io.xdp4j.tools.xdptools;

import io.xdp4j.core.program.XdpAction;
import io.xdp4j.tools.xdptools.FilterState.Place;
import io.xdp4j.tools.xdptools.FilterState.Traffic;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The filter's status as xdp-filter prints it.
final class FilterText {
    private static final int KIB = 1024;
    private static final List<Integer> ACTIONS =
            List.of(XdpAction.XDP_ABORTED, XdpAction.XDP_DROP, XdpAction.XDP_PASS);

    private FilterText() {}

    static List<String> status(FilterState filter) {
        List<String> lines = new ArrayList<>();
        lines.add("CURRENT XDP-FILTER STATUS:");
        lines.add("");
        lines.add("Aggregate per-action statistics:");
        for (int action : ACTIONS) {
            Traffic traffic = filter.traffic(action);
            lines.add(
                    String.format(
                            Locale.ROOT,
                            "  %-35s %,11d pkts %,11d KiB",
                            "XDP_" + XdpAction.nameOf(action),
                            traffic.packets(),
                            traffic.bytes() / KIB));
        }
        lines.add("");
        lines.addAll(places(filter));
        lines.add("");
        lines.addAll(ports(filter));
        lines.add("");
        lines.addAll(addresses(filter));
        lines.add("");
        lines.addAll(macs(filter));
        lines.add("");
        return lines;
    }

    private static List<String> places(FilterState filter) {
        List<String> lines = new ArrayList<>();
        lines.add("Loaded on interfaces:");
        lines.add("  %-40s Enabled features".formatted(""));
        Map<String, List<Place>> byProgram = new LinkedHashMap<>();
        for (Place place : filter.places()) {
            byProgram.computeIfAbsent(place.program(), _ -> new ArrayList<>()).add(place);
        }
        byProgram.forEach((program, places) -> {
            lines.add(program);
            for (Place place : places) {
                String name =
                        "%s (%s mode)"
                                .formatted(place.device().name(), place.attached().mode().text());
                lines.add("  %-40s %s".formatted(name, features(program)));
            }
        });
        return lines;
    }

    /// As `tcp,udp,ipv6,ipv4,ethernet,allow`.
    static String features(String program) {
        String[] parts = program.split("_", -1);
        List<String> words =
                new ArrayList<>(
                        FilterFeature.of(parts[parts.length - 1]).stream()
                                .map(FilterFeature::toString)
                                .toList());
        boolean allows = program.startsWith(FilterPolicy.ALLOW.programPrefix());
        words.add((allows ? FilterPolicy.ALLOW : FilterPolicy.DENY).toString());
        return String.join(",", words);
    }

    static List<String> ports(FilterState filter) {
        return section("Filtered ports:", filter.ports());
    }

    static List<String> addresses(FilterState filter) {
        return section("Filtered IP addresses:", filter.addresses());
    }

    static List<String> macs(FilterState filter) {
        return section("Filtered MAC addresses:", filter.macs());
    }

    private static List<String> section(String title, List<FilterEntry> entries) {
        List<String> lines = new ArrayList<>();
        lines.add(title);
        lines.add("  %-40s %-16s Hit counter".formatted("", "Mode"));
        entries.forEach(entry -> lines.add(entry.line()));
        return lines;
    }

    // ---- JSON

    static Map<String, Object> json(FilterState filter) {
        Map<String, Object> json = new LinkedHashMap<>();
        Map<String, Object> stats = new LinkedHashMap<>();
        for (int action : ACTIONS) {
            Traffic traffic = filter.traffic(action);
            stats.put(
                    "XDP_" + XdpAction.nameOf(action),
                    Map.of("packets", traffic.packets(), "bytes", traffic.bytes()));
        }
        json.put("stats", stats);
        json.put(
                "interfaces",
                filter.places().stream()
                        .map(place ->
                                Map.<String, Object>of(
                                        "name", place.device().name(),
                                        "program", place.program(),
                                        "mode", place.attached().mode().text(),
                                        "features",
                                                List.of(features(place.program()).split(",", -1))))
                        .toList());
        json.put("ports", json("port", filter.ports()));
        json.put("addresses", json("address", filter.addresses()));
        json.put("macs", json("mac", filter.macs()));
        return json;
    }

    private static List<Map<String, Object>> json(String what, List<FilterEntry> entries) {
        return entries.stream()
                .map(entry ->
                        Map.<String, Object>of(
                                what,
                                entry.what(),
                                "mode",
                                FilterBits.words(entry.bits()),
                                "hits",
                                entry.hits()))
                .toList();
    }
}
