package io.xdp4j.control;

import io.xdp4j.control.json.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A loaded object.
///
/// @param id of the object, not of its parts
/// @param persistent whether a command left it, to stay until it is unloaded
/// @param programs those that were loaded, in the file's order
/// @param maps in the file's order
public record ObjectInfo(
        int id, String name, boolean persistent, List<ProgramInfo> programs, List<MapInfo> maps) {
    public ObjectInfo {
        programs = List.copyOf(programs);
        maps = List.copyOf(maps);
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", id);
        json.put("name", name);
        json.put("persistent", persistent);
        json.put("programs", programs.stream().map(ProgramInfo::json).toList());
        json.put("maps", maps.stream().map(MapInfo::json).toList());
        return json;
    }

    static ObjectInfo parse(Json json) {
        return new ObjectInfo(
                (int) json.at("id").number(1, Integer.MAX_VALUE),
                json.at("name").text(),
                json.at("persistent").flag(false),
                json.at("programs").list().stream().map(ProgramInfo::parse).toList(),
                json.at("maps").list().stream().map(MapInfo::parse).toList());
    }
}
