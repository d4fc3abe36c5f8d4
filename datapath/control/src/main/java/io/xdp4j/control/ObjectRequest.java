package io.xdp4j.control;

import io.xdp4j.control.json.Json;
import io.xdp4j.ebpf.collection.Engine;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// An object file to load, with what is set before its programs are verified.
///
/// @param name for messages and lists
/// @param elf the file's bytes
/// @param programs names of those to load; empty for every XDP program
/// @param globals first values of global variables, by symbol; those it lacks are ignored
/// @param mapEntries sizes of maps, by name; those it lacks are ignored
/// @param engine what runs it
/// @param persistent true when it stays after the session
@SuppressWarnings("ArrayRecordComponent") // nobody compares them
public record ObjectRequest(
        String name,
        byte[] elf,
        List<String> programs,
        Map<String, byte[]> globals,
        Map<String, Integer> mapEntries,
        Engine engine,
        boolean persistent) {
    public ObjectRequest {
        programs = List.copyOf(programs);
        globals = Map.copyOf(globals);
        mapEntries = Map.copyOf(mapEntries);
    }

    /// Every XDP program of a file, as it is.
    public static ObjectRequest of(String name, byte[] elf) {
        return new ObjectRequest(name, elf, List.of(), Map.of(), Map.of(), Engine.AUTO, false);
    }

    public ObjectRequest withPrograms(List<String> to) {
        return new ObjectRequest(name, elf, to, globals, mapEntries, engine, persistent);
    }

    public ObjectRequest withGlobal(String symbol, byte[] value) {
        Map<String, byte[]> more = new HashMap<>(globals);
        more.put(symbol, value.clone());
        return new ObjectRequest(name, elf, programs, more, mapEntries, engine, persistent);
    }

    public ObjectRequest withMapEntries(String map, int entries) {
        Map<String, Integer> more = new HashMap<>(mapEntries);
        more.put(map, entries);
        return new ObjectRequest(name, elf, programs, globals, more, engine, persistent);
    }

    public ObjectRequest withEngine(Engine to) {
        return new ObjectRequest(name, elf, programs, globals, mapEntries, to, persistent);
    }

    public ObjectRequest withPersistent(boolean to) {
        return new ObjectRequest(name, elf, programs, globals, mapEntries, engine, to);
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", name);
        json.put("elf", Base64.getEncoder().encodeToString(elf));
        json.put("programs", programs);
        Map<String, Object> values = new LinkedHashMap<>();
        globals.forEach((symbol, value) -> values.put(symbol, HexFormat.of().formatHex(value)));
        json.put("globals", values);
        json.put("map_entries", mapEntries);
        json.put("engine", engine.name());
        json.put("persistent", persistent);
        return json;
    }

    static ObjectRequest parse(Json json) {
        Map<String, byte[]> globals = new HashMap<>();
        json.at("globals")
                .properties()
                .forEach((symbol, value) -> globals.put(symbol, value.hex()));
        Map<String, Integer> sizes = new HashMap<>();
        json.at("map_entries")
                .properties()
                .forEach((map, n) -> sizes.put(map, (int) n.number(1, Integer.MAX_VALUE)));
        return new ObjectRequest(
                json.at("name").text(),
                base64(json.at("elf")),
                json.at("programs").list().stream().map(Json::text).toList(),
                globals,
                sizes,
                Words.of(Engine.class, json.at("engine")),
                json.at("persistent").flag(false));
    }

    private static byte[] base64(Json json) {
        try {
            return Base64.getDecoder().decode(json.text());
        } catch (IllegalArgumentException e) {
            throw json.unexpected("base64");
        }
    }
}
