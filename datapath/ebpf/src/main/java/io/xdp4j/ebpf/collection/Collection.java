package io.xdp4j.ebpf.collection;

import io.xdp4j.ebpf.EbpfException;
import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.LinkException;
import io.xdp4j.ebpf.MalformedObjectException;
import io.xdp4j.ebpf.MapException;
import io.xdp4j.ebpf.UnsupportedException;
import io.xdp4j.ebpf.btf.BtfSpec;
import io.xdp4j.ebpf.elf.ObjectReader;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.map.MapSpec;
import io.xdp4j.ebpf.map.MapType;
import io.xdp4j.ebpf.program.CollectionSpec;
import io.xdp4j.ebpf.program.InitialValue;
import io.xdp4j.ebpf.program.LinkedProgram;
import io.xdp4j.ebpf.program.MapDefinition;
import io.xdp4j.ebpf.program.ProgramLinker;
import io.xdp4j.ebpf.program.ProgramSpec;
import io.xdp4j.ebpf.program.ProgramType;
import io.xdp4j.ebpf.program.Reference;
import io.xdp4j.ebpf.testrun.TestRun;
import io.xdp4j.ebpf.vm.BpfMachine;
import io.xdp4j.ebpf.vm.BpfRuntime;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The live maps and programs of an object.
///
/// ```java
/// try (Collection drop = Collection.load(Path.of("drop.o"))) {
///     TestRun.Result result = drop.program("xdp_drop").testRun(packet);
/// }
/// ```
///
/// Thread: loading, test runs and closing one at a time.
/// Owns: its maps and programs, until closed; a map pinned by name together with the runtime's other
/// objects that name it.
/// Fails: an [EbpfException] a stage: damaged object, unresolved symbol, refused map, rejected
/// program.
/// Kernel: `struct bpf_object` of libbpf, loaded.
public final class Collection implements AutoCloseable {
    private static final int DEFAULT_CPUS = 2;
    private static final int MAX_FILE_BYTES = 64 << 20;

    private final BpfRuntime runtime;
    private final LoadOptions options;
    private final ProgramLoader loader;
    private final Map<String, BpfMap> maps = new LinkedHashMap<>();
    private final List<BpfMap> moreMaps = new ArrayList<>();
    private final Map<String, BpfProgram> programs = new LinkedHashMap<>();
    private final Map<String, EbpfException> rejected = new LinkedHashMap<>();
    private final Map<String, UnsupportedException> unsupported = new LinkedHashMap<>();
    private @Nullable Arena arena;
    private @Nullable TestRun testRun;

    private Collection(LoadOptions options) {
        BpfRuntime given = options.runtime();
        this.options = options;
        this.runtime = given == null ? new BpfRuntime(DEFAULT_CPUS) : given;
        this.loader = new ProgramLoader(runtime, options);
    }

    /// Loads every program of a file.
    public static Collection load(Path file) {
        return load(file, LoadOptions.DEFAULT);
    }

    /// Loads a file's programs.
    public static Collection load(Path file, LoadOptions options) {
        return load(read(file), options);
    }

    /// Reads a file without making anything live.
    ///
    /// Fails: [MalformedObjectException] also for a file that cannot be read.
    public static CollectionSpec read(Path file) {
        return ObjectReader.read(
                bytes(file, "an object file of clang -target bpf"),
                String.valueOf(file.getFileName()));
    }

    /// Reads the types of a kernel, for [LoadOptions#withKernelTypes]: a file of raw BTF, such as
    /// `/sys/kernel/btf/vmlinux`, or an object with types of its own.
    ///
    /// Fails: [MalformedObjectException], also for a file that cannot be read.
    public static BtfSpec readTypes(Path file) {
        byte[] bytes = bytes(file, "BTF, such as /sys/kernel/btf/vmlinux");
        String name = String.valueOf(file.getFileName());
        if (bytes.length < 4 || bytes[0] != 0x7f || bytes[1] != 'E') {
            return BtfSpec.parse(bytes, name);
        }
        BtfSpec types = ObjectReader.read(bytes, name).btf();
        if (types == null) {
            throw new MalformedObjectException(name + ": has no section .BTF (expected: types)");
        }
        return types;
    }

    private static byte[] bytes(Path file, String expected) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_FILE_BYTES + 1);
            if (bytes.length > MAX_FILE_BYTES) {
                throw new MalformedObjectException(
                        file + ": is larger than " + MAX_FILE_BYTES + " bytes (expected: less)");
            }
            return bytes;
        } catch (IOException e) {
            throw new MalformedObjectException(
                    file
                            + ": "
                            + (Files.exists(file)
                                    ? "cannot be read: " + reason(e)
                                    : "does not exist")
                            + " (expected: "
                            + expected
                            + ")",
                    e);
        }
    }

    private static String reason(IOException e) {
        return e instanceof AccessDeniedException
                ? "permission denied"
                : String.valueOf(e.getMessage());
    }

    /// Makes an object live.
    public static Collection load(CollectionSpec object, LoadOptions options) {
        Collection collection = new Collection(options);
        try {
            collection.makeMaps(object);
            collection.loadPrograms(object);
            collection.fillSlots(object);
            return collection;
        } catch (Throwable e) {
            collection.close();
            throw e;
        }
    }

    /// A collection to which maps and programs are added one by one.
    public static Collection empty(LoadOptions options) {
        return new Collection(options);
    }

    // ---- loading

    private void makeMaps(CollectionSpec object) {
        for (MapDefinition definition : object.maps()) {
            BpfMap map = create(object, definition);
            if (map == null) {
                continue;
            }
            maps.put(definition.name(), map);
            InitialValue contents = definition.contents();
            if (contents != null && !contents.isZero()) {
                map.update(new byte[map.keySize()], contents.bytes(), 0);
            }
            if (definition.frozen()) {
                map.freeze();
            }
        }
    }

    /// The map, or null for one of a type that does not exist here: that is for the programs to
    /// complain about that use it.
    private @Nullable BpfMap create(CollectionSpec object, MapDefinition definition) {
        try {
            return definition.pinning() == MapDefinition.Pinning.NONE
                    ? create(definition.spec())
                    : share(definition.spec());
        } catch (UnsupportedException e) {
            unsupported.put(definition.name(), e);
            return null;
        } catch (MapException e) {
            throw new MapException(
                    e.errno(),
                    object.file()
                            + ": section "
                            + definition.section()
                            + ": "
                            + String.valueOf(e.getMessage())
                                    .substring(Errno.nameOf(e.errno()).length() + 2));
        }
    }

    /// A map that the runtime's objects share, if they agree on its shape.
    private BpfMap share(MapSpec spec) {
        BpfMap map = runtime.pinnedMaps().share(spec.name(), () -> create(spec));
        if (!map.spec().hasShapeOf(sized(spec))) {
            runtime.pinnedMaps().giveBack(map);
            throw new MapException(
                    Errno.EINVAL,
                    "map %s: another object has pinned one of that name as %s (here: %s); give both the same definition"
                            .formatted(spec.name(), map.spec().shape(), sized(spec).shape()));
        }
        return map;
    }

    private BpfMap create(MapSpec spec) {
        BpfMap map = loader.newMap(sized(spec));
        runtime.registerMap(map);
        return map;
    }

    private MapSpec sized(MapSpec spec) {
        return spec.type() == MapType.PERF_EVENT_ARRAY && spec.maxEntries() == 0
                ? spec.withMaxEntries(runtime.cpus())
                : spec;
    }

    private void loadPrograms(CollectionSpec object) {
        ProgramLinker linker = linker(object);
        for (ProgramSpec program : object.programs()) {
            if (options.wanted().test(program)) {
                loadProgram(linker, object, program);
            }
        }
    }

    private ProgramLinker linker(CollectionSpec object) {
        return new ProgramLinker(
                object, maps, ProgramLoader.kernelFunctions(), options.kernelTypes());
    }

    private void loadProgram(ProgramLinker linker, CollectionSpec object, ProgramSpec program) {
        try {
            requireMaps(object, program);
            load(linker.link(typed(program)));
        } catch (EbpfException e) {
            if (!options.keepGoing()) {
                throw e;
            }
            rejected.put(program.name(), e);
        }
    }

    private void requireMaps(CollectionSpec object, ProgramSpec program) {
        for (Reference reference : program.references()) {
            UnsupportedException reason =
                    reference instanceof Reference.ToMap(int _, String map)
                            ? unsupported.get(map)
                            : null;
            if (reason != null) {
                throw new UnsupportedException(
                        "%s: program %s: insn %d: %s; name the programs without it"
                                .formatted(
                                        object.file(),
                                        program.name(),
                                        reference.insn(),
                                        reason.getMessage()),
                        reason);
            }
        }
    }

    private ProgramSpec typed(ProgramSpec program) {
        ProgramType type = options.type();
        return type == null ? program : program.withType(type);
    }

    /// A program of the object with its references resolved, neither verified nor loaded.
    public LinkedProgram link(CollectionSpec object, ProgramSpec program) {
        return linker(object).link(typed(program));
    }

    private void fillSlots(CollectionSpec object) {
        for (MapDefinition definition : object.maps()) {
            for (MapDefinition.Slot slot : definition.slots()) {
                BpfMap map = map(definition.name());
                BpfMap inner = maps.get(slot.target());
                BpfProgram program = programs.get(slot.target());
                if (inner != null) {
                    map.update(word(slot.index()), word(inner.id()), 0);
                } else if (program != null) {
                    map.update(word(slot.index()), word(program.id()), 0);
                }
            }
        }
    }

    private static byte[] word(int value) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
    }

    /// Adds a map, which no program knows by name.
    public BpfMap newMap(MapSpec spec) {
        BpfMap map = create(spec);
        moreMaps.add(map);
        return map;
    }

    /// Verifies a program and adds it.
    public BpfProgram load(LinkedProgram program) {
        BpfProgram live = loader.load(program, this);
        programs.put(live.name(), live);
        return live;
    }

    // ---- use

    public BpfRuntime runtime() {
        return runtime;
    }

    /// Maps by name, in the object's order.
    public Map<String, BpfMap> maps() {
        return Collections.unmodifiableMap(maps);
    }

    /// Programs by name, in the object's order.
    public Map<String, BpfProgram> programs() {
        return Collections.unmodifiableMap(programs);
    }

    /// Why programs were not loaded, by name, with [LoadOptions#keepGoing].
    public Map<String, EbpfException> rejected() {
        return Collections.unmodifiableMap(rejected);
    }

    /// Fails: [LinkException] when there is none of that name.
    public BpfMap map(String name) {
        BpfMap map = maps.get(name);
        if (map == null) {
            throw new LinkException("no map " + name + " (maps: " + maps.keySet() + ")");
        }
        return map;
    }

    /// Fails: [LinkException] when there is none of that name, or what kept it from being loaded.
    public BpfProgram program(String name) {
        BpfProgram program = programs.get(name);
        if (program != null) {
            return program;
        }
        EbpfException reason = rejected.get(name);
        if (reason != null) {
            throw reason;
        }
        throw new LinkException("no program " + name + " (programs: " + programs.keySet() + ")");
    }

    /// The machine, packet memory included, that test runs of these programs share.
    TestRun testRun() {
        TestRun runs = testRun;
        if (runs == null) {
            runs = new TestRun(machine(), options.ingress());
            testRun = runs;
        }
        return runs;
    }

    /// A new machine on the CPU of the options, which lives as long as the collection.
    public BpfMachine machine() {
        Arena owner = arena;
        if (owner == null) {
            owner = Arena.ofShared();
            arena = owner;
        }
        return new BpfMachine(runtime, options.cpu(), owner);
    }

    /// Takes programs and maps out of the runtime and frees their memory. No program may run any
    /// more.
    @Override
    public void close() {
        programs.values().forEach(program -> runtime.unregisterProgram(program.id()));
        programs.clear();
        runtime.timers().awaitCallback(); // one of them may be on its way
        if (testRun != null) {
            testRun.close();
            testRun = null;
        }
        if (arena != null) {
            arena.close();
            arena = null;
        }
        maps.values().forEach(this::close);
        moreMaps.forEach(this::close);
        maps.clear();
        moreMaps.clear();
    }

    private void close(BpfMap map) {
        if (runtime.pinnedMaps().giveBack(map)) {
            runtime.unregisterMap(map.id());
            runtime.timers().release(map);
            map.close();
        }
    }
}
