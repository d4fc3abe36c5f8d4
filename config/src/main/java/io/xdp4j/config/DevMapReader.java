package io.xdp4j.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads `devmaps`.
final class DevMapReader {
    private static final List<String> KEYS = List.of("name", "type", "max-entries", "entries");
    private static final List<String> ENTRY_KEYS = List.of("key", "device", "program");
    private static final int MAX_MAPS = 64;
    private static final int MAX_ENTRIES = 1 << 16;
    private static final int MAX_LISTED = 1024;

    /// A frame that leaves a devmap is sent or freed, nothing else (`dev_map_bpf_prog_run`).
    private static final Set<String> NOT_AT_EGRESS = Set.of("tx", "redirect", "load_balancer");

    private DevMapReader() {}

    static List<DevMapSpec> readAll(ConfigMapping top, Names names) {
        List<DevMapSpec> maps = new ArrayList<>();
        if (top.has("devmaps")) {
            for (ConfigNode node : top.node("devmaps").items(0, MAX_MAPS, "devmaps")) {
                maps.add(read(node, names));
            }
        }
        return maps;
    }

    private static DevMapSpec read(ConfigNode node, Names names) {
        ConfigMapping map = node.mapping("a mapping with name and entries").allow("a devmap", KEYS);
        String name = names.devmaps.define(map.node("name"));
        DevMapSpec.Type type =
                map.get("type", n -> n.keyword(DevMapSpec.Type.values()), DevMapSpec.Type.DEVMAP);
        List<DevMapSpec.Entry> entries = entries(map, type, names);
        DevMapSpec spec =
                new DevMapSpec(name, type, maxEntries(map, type, entries), entries, map.at());
        names.devmapKeys.put(name, entries.stream().map(DevMapSpec.Entry::key).toList());
        return spec;
    }

    private static List<DevMapSpec.Entry> entries(
            ConfigMapping map, DevMapSpec.Type type, Names names) {
        Map<Integer, ConfigNode> seen = new HashMap<>();
        List<DevMapSpec.Entry> entries = new ArrayList<>();
        int maxKey = type == DevMapSpec.Type.DEVMAP ? MAX_ENTRIES - 1 : Integer.MAX_VALUE;
        for (ConfigNode item : map.node("entries").items(1, MAX_LISTED, "entries")) {
            entries.add(entry(item, maxKey, seen, names));
        }
        entries.sort(Comparator.comparingInt(DevMapSpec.Entry::key));
        return entries;
    }

    private static DevMapSpec.Entry entry(
            ConfigNode node, int maxKey, Map<Integer, ConfigNode> seen, Names names) {
        ConfigMapping entry =
                node.mapping("a mapping with key and device").allow("an entry", ENTRY_KEYS);
        int key = entry.node("key").integer(0, maxKey);
        Unique.add(seen, key, entry.node("key"));
        return new DevMapSpec.Entry(
                key,
                names.devices.resolve(entry.node("device")),
                entry.get("program", n -> program(n, names), null));
    }

    private static int maxEntries(
            ConfigMapping map, DevMapSpec.Type type, List<DevMapSpec.Entry> entries) {
        int needed = type == DevMapSpec.Type.DEVMAP ? entries.getLast().key() + 1 : entries.size();
        int max = map.get("max-entries", n -> n.integer(1, MAX_ENTRIES), needed);
        if (max < needed) {
            throw map.node("max-entries").unexpected("at least " + needed + " for the entries");
        }
        return max;
    }

    private static @Nullable String program(ConfigNode node, Names names) {
        String name = names.programs.resolve(node);
        String type = names.programTypes.getOrDefault(name, "");
        if (NOT_AT_EGRESS.contains(type)) {
            throw node.at()
                    .unexpected(
                            name + ": is of type " + type,
                            "a program that passes or drops: egress programs cannot redirect");
        }
        return name;
    }
}
