package io.xdp4j.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads `cpumaps`.
final class CpuMapReader {
    private static final List<String> KEYS = List.of("name", "entries");
    private static final List<String> ENTRY_KEYS = List.of("cpu", "qsize", "program");
    private static final int MAX_MAPS = 64;
    private static final int MAX_ENTRIES = 64;

    /// The "sanity limit on qsize" of `cpu_map_update_elem`.
    static final int MAX_QSIZE = 16384;

    static final int DEFAULT_QSIZE = 192;

    private CpuMapReader() {}

    static List<CpuMapSpec> readAll(ConfigMapping top, Names names) {
        List<CpuMapSpec> maps = new ArrayList<>();
        if (top.has("cpumaps")) {
            for (ConfigNode node : top.node("cpumaps").items(0, MAX_MAPS, "cpumaps")) {
                maps.add(read(node, names));
            }
        }
        return maps;
    }

    private static CpuMapSpec read(ConfigNode node, Names names) {
        ConfigMapping map = node.mapping("a mapping with name and entries").allow("a cpumap", KEYS);
        String name = names.cpumaps.define(map.node("name"));
        Map<Integer, ConfigNode> seen = new HashMap<>();
        List<CpuMapSpec.Entry> entries = new ArrayList<>();
        for (ConfigNode item : map.node("entries").items(1, MAX_ENTRIES, "entries")) {
            entries.add(entry(item, seen, names));
        }
        entries.sort(Comparator.comparingInt(CpuMapSpec.Entry::cpu));
        return new CpuMapSpec(name, entries, map.at());
    }

    private static CpuMapSpec.Entry entry(
            ConfigNode node, Map<Integer, ConfigNode> seen, Names names) {
        ConfigMapping entry = node.mapping("a mapping with cpu").allow("an entry", ENTRY_KEYS);
        ConfigNode cpuNode = entry.node("cpu");
        int last = names.workers - 1;
        int cpu = (int) cpuNode.integer(0, last, "a worker, 0.." + last);
        Unique.add(seen, cpu, cpuNode);
        return new CpuMapSpec.Entry(
                cpu,
                entry.get("qsize", n -> n.integer(1, MAX_QSIZE), DEFAULT_QSIZE),
                entry.get("program", n -> program(n, names), null));
    }

    private static @Nullable String program(ConfigNode node, Names names) {
        String name = names.programs.resolve(node);
        if ("tx".equals(names.programTypes.get(name))) {
            throw node.at()
                    .unexpected(
                            name + ": is of type tx",
                            "a program that passes, drops or redirects: no device to send from");
        }
        return name;
    }
}
