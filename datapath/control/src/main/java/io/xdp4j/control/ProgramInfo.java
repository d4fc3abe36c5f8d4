package io.xdp4j.control;

import io.xdp4j.control.json.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A loaded program.
///
/// @param id under which attachments, tracepoints and map entries know it
/// @param section of its object
/// @param attachType the kernel's number: 33 for devmap, 35 for cpumap, 37 or 0 for devices
/// @param insns slots
/// @param engine what runs it: `JIT` or `INTERP`
/// @param hasFrags whether it takes packets of several chunks
/// @param priority of libxdp's run configuration
/// @param chainCallActions of libxdp's run configuration: `XDP_PASS`, ...
/// @param tag of its instructions, 16 hexadecimal digits
public record ProgramInfo(
        int id,
        String name,
        String section,
        int attachType,
        int insns,
        String engine,
        boolean hasFrags,
        int priority,
        List<String> chainCallActions,
        String tag) {
    public ProgramInfo {
        chainCallActions = List.copyOf(chainCallActions);
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", id);
        json.put("name", name);
        json.put("section", section);
        json.put("attach_type", attachType);
        json.put("insns", insns);
        json.put("engine", engine);
        json.put("frags", hasFrags);
        json.put("priority", priority);
        json.put("chain_call_actions", chainCallActions);
        json.put("tag", tag);
        return json;
    }

    static ProgramInfo parse(Json json) {
        return new ProgramInfo(
                (int) json.at("id").number(1, Integer.MAX_VALUE),
                json.at("name").text(),
                json.at("section").text(),
                json.at("attach_type").number(0, Integer.MAX_VALUE, 0),
                (int) json.at("insns").number(0, Integer.MAX_VALUE),
                json.at("engine").text(),
                json.at("frags").flag(false),
                json.at("priority").number(0, Integer.MAX_VALUE, 0),
                json.at("chain_call_actions").list().stream().map(Json::text).toList(),
                json.at("tag").text());
    }
}
