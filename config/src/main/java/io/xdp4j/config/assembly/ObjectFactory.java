package io.xdp4j.config.assembly;

import io.xdp4j.config.ConfigException;
import io.xdp4j.config.DatapathConfig;
import io.xdp4j.config.ObjectProgramSpec;
import io.xdp4j.config.ObjectProgramSpec.BytesEntry;
import io.xdp4j.config.ObjectProgramSpec.CpuEntry;
import io.xdp4j.config.ObjectProgramSpec.DeviceEntry;
import io.xdp4j.config.ObjectProgramSpec.Word;
import io.xdp4j.config.SourceLocation;
import io.xdp4j.control.DatapathObjects;
import io.xdp4j.control.LiveObject;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.ebpf.MalformedObjectException;
import io.xdp4j.ebpf.MapException;
import io.xdp4j.ebpf.collection.BpfProgram;
import io.xdp4j.ebpf.collection.Collection;
import io.xdp4j.ebpf.collection.Engine;
import io.xdp4j.ebpf.collection.LoadOptions;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.program.CollectionSpec;
import io.xdp4j.ebpf.program.LinkedProgram;
import io.xdp4j.ebpf.program.MapDefinition;
import io.xdp4j.ebpf.program.ProgramSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The eBPF objects that a configuration names, each file loaded once.
///
/// Thread: one.
/// Owns: nothing; the objects belong to [DatapathObjects].
/// Fails: [ConfigException] for what does not fit the object, an
/// [io.xdp4j.ebpf.EbpfException] for the object itself.
final class ObjectFactory {
    private final DatapathConfig config;
    private final Parts parts;
    private final DatapathObjects live;
    private final Map<Path, LiveObject> objects = new LinkedHashMap<>();

    ObjectFactory(DatapathConfig config, Parts parts, DatapathObjects live) {
        this.config = config;
        this.parts = parts;
        this.live = live;
    }

    /// The program, its object loaded and filled.
    XdpProgram program(ObjectProgramSpec spec) {
        LiveObject object = object(spec.file());
        BpfProgram program = choose(object.collection(), spec);
        int attachType = program.linked().expectedAttachType();
        if (!spec.attach().isEmpty()
                && (attachType == LinkedProgram.ATTACH_XDP_CPUMAP
                        || attachType == LinkedProgram.ATTACH_XDP_DEVMAP)) {
            throw new ConfigException(
                    spec.at(),
                    "program: "
                            + program.name()
                            + ": is for entries of a cpumap or devmap (expected: a program of"
                            + " section xdp to attach to a device)");
        }
        return object.running(program);
    }

    private BpfProgram choose(Collection object, ObjectProgramSpec spec) {
        String function = spec.function();
        if (function != null) {
            return program(object, function, spec.at());
        }
        if (object.programs().size() != 1) {
            throw new ConfigException(
                    spec.at(),
                    "program: missing (expected: one of "
                            + String.join(", ", object.programs().keySet())
                            + ")");
        }
        return object.programs().values().iterator().next();
    }

    private static BpfProgram program(Collection object, String name, SourceLocation at) {
        BpfProgram program = object.programs().get(name);
        if (program == null) {
            throw new ConfigException(
                    at,
                    "program: "
                            + name
                            + ": not in the object (expected: one of "
                            + String.join(", ", object.programs().keySet())
                            + ")");
        }
        return program;
    }

    // ---- loading

    private LiveObject object(Path file) {
        LiveObject object = objects.get(file);
        if (object == null) {
            List<ObjectProgramSpec> users = users(file);
            object =
                    live.load(
                            String.valueOf(file.getFileName()),
                            withGlobals(read(file, users.getFirst().at()), users),
                            options(users));
            objects.put(file, object);
            for (ObjectProgramSpec user : users) {
                fill(object.collection(), user);
            }
        }
        return object;
    }

    private static CollectionSpec read(Path file, SourceLocation at) {
        try {
            return Collection.read(file);
        } catch (MalformedObjectException e) {
            throw new MalformedObjectException(at + ": " + e.getMessage(), e);
        }
    }

    private List<ObjectProgramSpec> users(Path file) {
        return config.programs().stream()
                .filter(ObjectProgramSpec.class::isInstance)
                .map(ObjectProgramSpec.class::cast)
                .filter(spec -> spec.file().equals(file))
                .toList();
    }

    private LoadOptions options(List<ObjectProgramSpec> users) {
        Engine engine = Engine.valueOf(users.getFirst().engine().name());
        for (ObjectProgramSpec user : users) {
            if (!user.engine().equals(users.getFirst().engine())) {
                throw new ConfigException(
                        user.at(),
                        "engine: differs from that of "
                                + users.getFirst().name()
                                + " (expected: one engine for an object)");
            }
        }
        return LoadOptions.DEFAULT.withEngine(engine).withWanted(ProgramSpec::isXdp);
    }

    private static CollectionSpec withGlobals(
            CollectionSpec object, List<ObjectProgramSpec> users) {
        CollectionSpec set = object;
        for (ObjectProgramSpec user : users) {
            for (Map.Entry<String, Word> global : user.globals().entrySet()) {
                int size = sizeOf(object, global.getKey(), user.at());
                set = set.withGlobal(global.getKey(), bytes(global.getValue(), size));
            }
        }
        return set;
    }

    private static int sizeOf(CollectionSpec object, String name, SourceLocation at) {
        for (MapDefinition map : object.maps()) {
            MapDefinition.Variable variable = map.variable(name);
            if (variable != null) {
                return variable.size();
            }
        }
        throw new ConfigException(
                at, "globals: " + name + ": not in the object (expected: a global variable of it)");
    }

    // ---- entries

    private void fill(Collection object, ObjectProgramSpec user) {
        for (ObjectProgramSpec.Entry entry : user.entries()) {
            BpfMap map = object.maps().get(entry.map());
            if (map == null) {
                throw new ConfigException(
                        entry.at(),
                        "map: "
                                + entry.map()
                                + ": not in the object (expected: one of "
                                + String.join(", ", object.maps().keySet())
                                + ")");
            }
            try {
                put(object, map, entry);
            } catch (MapException e) {
                throw new ConfigException(entry.at(), entry.map() + ": " + e.getMessage());
            }
        }
    }

    private void put(Collection object, BpfMap map, ObjectProgramSpec.Entry entry) {
        switch (entry) {
            case BytesEntry bytes ->
                    map.update(
                            sized(bytes.key(), map.keySize(), "key", entry),
                            sized(bytes.value(), map.valueSize(), "value", entry),
                            0);
            case CpuEntry cpu ->
                    map.update(
                            littleEndian(cpu.cpu(), map.keySize()),
                            withProgram(map, cpu.qsize(), object, cpu.function(), cpu.at()),
                            0);
            case DeviceEntry device -> {
                int ifindex = parts.device(device.device()).ifindex();
                map.update(
                        littleEndian(
                                device.key().orElse(parts.device(device.keyDevice()).ifindex()),
                                map.keySize()),
                        withProgram(map, ifindex, object, device.function(), device.at()),
                        0);
            }
        }
    }

    /// A redirect map's value: the first word, and the program's id where there is one.
    private byte[] withProgram(
            BpfMap map, int word, Collection object, @Nullable String name, SourceLocation at) {
        byte[] value = littleEndian(word, map.valueSize());
        if (name != null) {
            BpfProgram program = entryProgram(object, name, at);
            if (value.length < 2 * Integer.BYTES) {
                throw new ConfigException(
                        at,
                        "program: "
                                + map.name()
                                + " has values of 4 bytes (expected: 8, with room for a program)");
            }
            ByteBuffer.wrap(value)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(Integer.BYTES, program.id());
        }
        return value;
    }

    /// A program of the same object, or one that the configuration names.
    private BpfProgram entryProgram(Collection object, String name, SourceLocation at) {
        if (!object.programs().containsKey(name)
                && config.program(name).orElse(null) instanceof ObjectProgramSpec other) {
            return choose(object(other.file()).collection(), other);
        }
        return program(object, name, at);
    }

    private static byte[] sized(Word word, int size, String what, ObjectProgramSpec.Entry entry) {
        byte[] bytes = bytes(word, size);
        if (bytes.length != size) {
            throw new ConfigException(
                    entry.at(),
                    "%s: %d bytes (expected: the %d of map %s)"
                            .formatted(what, bytes.length, size, entry.map()));
        }
        return bytes;
    }

    private static byte[] bytes(Word word, int size) {
        return switch (word) {
            case Word.Int number -> littleEndian(number.value(), size);
            case Word.Hex hex -> HexFormat.of().parseHex(hex.digits());
        };
    }

    private static byte[] littleEndian(long number, int size) {
        byte[] bytes = new byte[Math.max(size, Long.BYTES)];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(number);
        return Arrays.copyOf(bytes, size);
    }
}
