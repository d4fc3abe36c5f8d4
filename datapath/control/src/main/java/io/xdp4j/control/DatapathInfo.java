package io.xdp4j.control;

import io.xdp4j.control.json.Json;
import java.util.LinkedHashMap;
import java.util.Map;

/// Which datapath it is.
///
/// @param pid its process
/// @param command what runs it: `run`, `switch`, `demo`, or a tool's name
/// @param workers its emulated CPUs
/// @param networkNamespace where its real interfaces are; empty where there is no such thing
public record DatapathInfo(long pid, String command, int workers, String networkNamespace) {
    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("pid", pid);
        json.put("command", command);
        json.put("workers", workers);
        json.put("netns", networkNamespace);
        return json;
    }

    static DatapathInfo parse(Json json) {
        return new DatapathInfo(
                json.at("pid").number(0, Long.MAX_VALUE),
                json.at("command").text(),
                (int) json.at("workers").number(1, 64),
                json.at("netns").text());
    }
}
