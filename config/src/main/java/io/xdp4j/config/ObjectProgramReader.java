package io.xdp4j.config;

import io.xdp4j.config.ObjectProgramSpec.BytesEntry;
import io.xdp4j.config.ObjectProgramSpec.CpuEntry;
import io.xdp4j.config.ObjectProgramSpec.DeviceEntry;
import io.xdp4j.config.ObjectProgramSpec.Engine;
import io.xdp4j.config.ObjectProgramSpec.Word;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads a program of type `object`.
final class ObjectProgramReader {
    static final List<String> KEYS =
            List.of("name", "type", "file", "program", "engine", "globals", "entries", "attach");

    private static final List<String> BYTES_KEYS = List.of("map", "key", "value");
    private static final List<String> CPU_KEYS = List.of("map", "cpu", "qsize", "program");
    private static final List<String> DEVICE_KEYS = List.of("map", "key", "device", "program");
    private static final List<String> ENTRY_KEYS =
            List.of("map", "key", "value", "cpu", "qsize", "device", "program");
    private static final int MAX_ENTRIES = 65536;
    private static final Pattern SYMBOL = Pattern.compile("[A-Za-z_][A-Za-z0-9_.]{0,127}");
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_.-]{0,127}");
    private static final Pattern HEX =
            Pattern.compile("[0-9a-fA-F]{2}([ :]?[0-9a-fA-F]{2}){0,1023}");

    private final ConfigMapping program;
    private final Names names;

    private ObjectProgramReader(ConfigMapping program, Names names) {
        this.program = program;
        this.names = names;
    }

    static ObjectProgramSpec read(
            ConfigMapping program, String name, List<String> attach, Names names) {
        return new ObjectProgramReader(program, names).read(name, attach);
    }

    private ObjectProgramSpec read(String name, List<String> attach) {
        return new ObjectProgramSpec(
                name,
                program.node("file").path(),
                program.get("program", ObjectProgramReader::symbol, null),
                program.get("engine", node -> node.keyword(Engine.values()), Engine.AUTO),
                program.get("globals", ObjectProgramReader::globals, Map.of()),
                program.get("entries", this::entries, List.of()),
                attach,
                program.at());
    }

    private static @Nullable String symbol(ConfigNode node) {
        return node.text(SYMBOL, "name in the object");
    }

    /// A program of the object, or one of the configuration.
    private static @Nullable String programName(ConfigNode node) {
        return node.text(NAME, "name of a program");
    }

    private static String mapName(ConfigMapping entry) {
        return entry.node("map").text(SYMBOL, "map of the object");
    }

    private static Map<String, Word> globals(ConfigNode node) {
        ConfigMapping mapping = node.mapping("a mapping of variable to value");
        Map<String, Word> globals = new LinkedHashMap<>();
        mapping.keys().forEach(key -> globals.put(key, word(mapping.node(key))));
        return globals;
    }

    private static Word word(ConfigNode node) {
        if (node.isInteger()) {
            return new Word.Int(node.integer(Long.MIN_VALUE, Long.MAX_VALUE));
        }
        String digits = node.text(HEX, "integer, or bytes like \"0a 00 00 01\"");
        return new Word.Hex(digits.replace(" ", "").replace(":", ""));
    }

    private List<ObjectProgramSpec.Entry> entries(ConfigNode node) {
        return node.items(0, MAX_ENTRIES, "entries").stream().map(this::entry).toList();
    }

    private ObjectProgramSpec.Entry entry(ConfigNode node) {
        ConfigMapping entry = node.mapping("a mapping with map").allow("an entry", ENTRY_KEYS);
        entry.refuseBoth("cpu", "device");
        if (entry.has("cpu")) {
            return cpu(entry.allow("a cpumap's entry", CPU_KEYS));
        }
        if (entry.has("device")) {
            return device(entry.allow("a devmap's entry", DEVICE_KEYS));
        }
        entry.allow("a map's entry", BYTES_KEYS);
        return new BytesEntry(
                mapName(entry), word(entry.node("key")), word(entry.node("value")), entry.at());
    }

    private CpuEntry cpu(ConfigMapping entry) {
        int last = names.workers - 1;
        return new CpuEntry(
                mapName(entry),
                (int) entry.node("cpu").integer(0, last, "a worker, 0.." + last),
                entry.get(
                        "qsize",
                        n -> n.integer(1, CpuMapReader.MAX_QSIZE),
                        CpuMapReader.DEFAULT_QSIZE),
                entry.get("program", ObjectProgramReader::programName, null),
                entry.at());
    }

    private DeviceEntry device(ConfigMapping entry) {
        String device = names.devices.resolve(entry.node("device"));
        ConfigNode key = entry.node("key");
        boolean named = entry.has("key") && !key.isInteger();
        return new DeviceEntry(
                mapName(entry),
                entry.has("key") && !named
                        ? OptionalInt.of(key.integer(0, Integer.MAX_VALUE))
                        : OptionalInt.empty(),
                named ? names.devices.resolve(key) : device,
                device,
                entry.get("program", ObjectProgramReader::programName, null),
                entry.at());
    }
}
