package io.xdp4j.control;

import io.xdp4j.control.json.Json;
import io.xdp4j.ebpf.map.BpfMap;
import java.util.LinkedHashMap;
import java.util.Map;

/// A map.
///
/// @param type as `bpftool` spells it: `hash`, `percpu_array`, ...
/// @param valueSize bytes of one value
/// @param userValueSize bytes of what look-ups answer: all workers' values of a per-CPU map
/// @param flags of its creation
public record MapInfo(
        int id,
        String name,
        String type,
        int keySize,
        int valueSize,
        int userValueSize,
        int maxEntries,
        int flags) {
    static MapInfo of(BpfMap map) {
        return new MapInfo(
                map.id(),
                map.name(),
                map.type().text(),
                map.keySize(),
                map.valueSize(),
                map.userValueSize(),
                map.maxEntries(),
                map.spec().flags());
    }

    /// True when each worker has a value of its own.
    public boolean isPerCpu() {
        return type.contains("percpu");
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", id);
        json.put("name", name);
        json.put("type", type);
        json.put("key_size", keySize);
        json.put("value_size", valueSize);
        json.put("user_value_size", userValueSize);
        json.put("max_entries", maxEntries);
        json.put("flags", flags);
        return json;
    }

    static MapInfo parse(Json json) {
        return new MapInfo(
                (int) json.at("id").number(1, Integer.MAX_VALUE),
                json.at("name").text(),
                json.at("type").text(),
                (int) json.at("key_size").number(0, Integer.MAX_VALUE),
                (int) json.at("value_size").number(0, Integer.MAX_VALUE),
                (int) json.at("user_value_size").number(0, Integer.MAX_VALUE),
                json.at("max_entries").bits32(0),
                json.at("flags").bits32(0));
    }
}
