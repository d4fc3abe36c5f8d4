package io.xdp4j.tools.prog;

import io.xdp4j.control.json.Json;
import io.xdp4j.ebpf.MapException;
import io.xdp4j.ebpf.collection.BpfProgram;
import io.xdp4j.ebpf.collection.Collection;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.map.MapSpec;
import io.xdp4j.ebpf.map.MapType;
import io.xdp4j.ebpf.program.CollectionSpec;
import io.xdp4j.ebpf.program.MapDefinition;
import io.xdp4j.ebpf.testrun.TestContext;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.exit.ExitCode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What an object's maps and globals hold before the first packet: the contract's setup.
///
/// Fails: [io.xdp4j.control.json.JsonException] for a malformed one, [CommandException] for an entry
/// that its map does not take.
final class Setup {
    private static final int RANGE_LIMIT = 1 << 24;

    private final Json json;

    Setup(Json json) {
        this.json = json;
    }

    /// The object with the sizes and globals that are set before the load; a global that it lacks
    /// is ignored.
    CollectionSpec sized(CollectionSpec object) {
        CollectionSpec sized = object;
        for (Map.Entry<String, Json> entry : json.at("map_max_entries").properties().entrySet()) {
            sized =
                    sized.withMaxEntries(
                            entry.getKey(), (int) entry.getValue().number(0, 0xffff_ffffL));
        }
        for (Map.Entry<String, Json> entry : json.at("globals").properties().entrySet()) {
            sized = sized.withGlobal(entry.getKey(), entry.getValue().hex());
        }
        return withTemplates(sized);
    }

    /// The first inner map of an entry is the template of a map of maps that has none, as a loader
    /// would give it (`bpf_map__set_inner_map_fd`).
    private CollectionSpec withTemplates(CollectionSpec object) {
        List<MapDefinition> maps = new ArrayList<>();
        for (MapDefinition map : object.maps()) {
            MapSpec spec = map.spec();
            MapSpec template =
                    spec.type().holdsMaps() && spec.inner() == null ? template(object, map) : null;
            maps.add(template == null ? map : map.withSpec(spec.withInner(template)));
        }
        return object.withMaps(maps);
    }

    private @Nullable MapSpec template(CollectionSpec object, MapDefinition outer) {
        for (Json entry : json.at("maps").list()) {
            Json inner = entry.at("inner");
            if (!inner.isPresent() || !entry.at("map").text().equals(outer.name())) {
                continue;
            }
            if (!inner.isText()) {
                return MapJson.spec(inner, outer.name() + ".inner");
            }
            MapDefinition named = object.map(inner.text());
            return named == null ? null : named.spec();
        }
        return null;
    }

    /// The context of every run, or null.
    @Nullable TestContext context() {
        Json context = json.at("ctx");
        return context.isPresent() ? TestContext.parse(context.hex()) : null;
    }

    /// Puts the entries into the maps.
    void fill(Collection collection) {
        for (Json entry : json.at("maps").list()) {
            fill(collection, entry);
        }
    }

    private static void fill(Collection collection, Json entry) {
        BpfMap map = map(collection, entry.at("map"));
        Json range = entry.at("key_range");
        if (!range.isPresent()) {
            Json key = entry.at("key");
            byte[] bytes = key.isPresent() ? key.hex() : new byte[map.keySize()];
            put(collection, map, entry, bytes, 0);
            return;
        }
        List<Json> bounds = range.list(2);
        long from = bounds.get(0).number(0, 0xffff_ffffL);
        long to = bounds.get(1).number(from, from + RANGE_LIMIT);
        for (long key = from; key < to; key++) {
            put(collection, map, entry, littleEndian(key, map.keySize()), (int) (key - from));
        }
    }

    private static BpfMap map(Collection collection, Json name) {
        BpfMap map = collection.maps().get(name.text());
        if (map == null) {
            throw name.unexpected("a map of the object: " + collection.maps().keySet());
        }
        return map;
    }

    private static byte[] littleEndian(long number, int size) {
        byte[] bytes = new byte[Math.max(size, Long.BYTES)];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(0, number);
        return Arrays.copyOf(bytes, size);
    }

    private static void put(Collection collection, BpfMap map, Json entry, byte[] key, int index) {
        byte[] value = value(collection, map, entry, index);
        if (key.length != map.keySize() || value.length != map.valueSize()) {
            throw new CommandException(
                    ExitCode.INPUT,
                    "%s: map %s: key of %d and value of %d bytes (expected: %d and %d)"
                            .formatted(
                                    entry.place(),
                                    map.name(),
                                    key.length,
                                    value.length,
                                    map.keySize(),
                                    map.valueSize()));
        }
        Json flags = entry.at("flags");
        try {
            map.update(key, value, flags.isPresent() ? flags.number(0, Long.MAX_VALUE) : 0);
        } catch (MapException e) {
            throw new CommandException(
                    ExitCode.INPUT,
                    entry.place() + ": map " + map.name() + ": " + e.getMessage(),
                    e);
        }
    }

    private static byte[] value(Collection collection, BpfMap map, Json entry, int index) {
        if (entry.at("inner").isPresent()) {
            return word(inner(collection, map, entry.at("inner")).id(), map.valueSize());
        }
        byte[] value = plainValue(entry, index);
        if (entry.at("prog").isPresent()) {
            int id = program(collection, entry.at("prog")).id();
            return withProgram(map, value, id);
        }
        boolean redirects =
                switch (map.type()) {
                    case DEVMAP, DEVMAP_HASH, CPUMAP -> true;
                    default -> false;
                };
        return redirects && value.length == Integer.BYTES
                ? Arrays.copyOf(value, map.valueSize())
                : value;
    }

    private static byte[] plainValue(Json entry, int index) {
        List<Json> cycle = entry.at("values").list();
        if (!cycle.isEmpty()) {
            return cycle.get(index % cycle.size()).hex();
        }
        return entry.at("value").isPresent() ? entry.at("value").hex() : new byte[0];
    }

    private static BpfProgram program(Collection collection, Json name) {
        BpfProgram program = collection.programs().get(name.text());
        if (program == null) {
            throw name.unexpected("a loaded program: " + collection.programs().keySet());
        }
        return program;
    }

    /// A prog array holds the program alone, a devmap or cpumap behind the device or queue size.
    private static byte[] withProgram(BpfMap map, byte[] value, int id) {
        if (map.type() == MapType.PROG_ARRAY) {
            return word(id, map.valueSize());
        }
        byte[] pair = Arrays.copyOf(value, map.valueSize());
        if (pair.length >= 2 * Integer.BYTES) {
            ByteBuffer.wrap(pair).order(ByteOrder.LITTLE_ENDIAN).putInt(Integer.BYTES, id);
        }
        return pair;
    }

    private static byte[] word(int number, int size) {
        return littleEndian(number & 0xffff_ffffL, size);
    }

    private static BpfMap inner(Collection collection, BpfMap outer, Json inner) {
        if (inner.isText()) {
            return map(collection, inner);
        }
        BpfMap made = collection.newMap(MapJson.spec(inner, outer.name() + ".inner"));
        for (Json entry : inner.at("entries").list()) {
            List<Json> pair = entry.list(2);
            made.update(pair.get(0).hex(), pair.get(1).hex(), 0);
        }
        return made;
    }
}
