package io.xdp4j.conformance.prog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.xdp4j.conformance.Repository;
import io.xdp4j.conformance.tool.Json;
import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.LinkException;
import io.xdp4j.ebpf.MapException;
import io.xdp4j.ebpf.UnsupportedException;
import io.xdp4j.ebpf.collection.BpfProgram;
import io.xdp4j.ebpf.collection.Collection;
import io.xdp4j.ebpf.collection.Engine;
import io.xdp4j.ebpf.collection.LoadOptions;
import io.xdp4j.ebpf.collection.RejectedProgramException;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.map.MapSpec;
import io.xdp4j.ebpf.map.MapType;
import io.xdp4j.ebpf.program.CollectionSpec;
import io.xdp4j.ebpf.program.LinkedProgram;
import io.xdp4j.ebpf.program.MapDefinition;
import io.xdp4j.ebpf.program.ProgramSpec;
import io.xdp4j.ebpf.testrun.TestRun;
import io.xdp4j.ebpf.testrun.TestRunException;
import io.xdp4j.ebpf.vm.BpfRuntime;
import io.xdp4j.linux.Sched;
import io.xdp4j.linux.bpf.KernelBpf.RunResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Real objects answer as in the live kernel: verdict, bytes and maps, for a corpus of packets.
///
/// Objects are those of [KernelObjects] and [LinuxSource], and the engine's with calls of helpers.
final class KernelAgreementTest {
    private static final String PACKETS =
            "datapath/conformance/src/test/resources/prog/packets.jsonl";

    private static final String HELPERS = "datapath/ebpf/src/test/resources/helpers/helpers.bpf.o";

    /// Helpers whose answers differ from run to run: clocks, random numbers, the FIB of the host, the
    /// order of a hash map's entries, timers.
    private static final Set<Integer> UNSTEADY =
            Set.of(5, 7, 69, 118, 125, 160, 164, 169, 170, 171, 172, 208);

    private static final Set<Integer> RUN_BY_MAPS =
            Set.of(LinkedProgram.ATTACH_XDP_DEVMAP, LinkedProgram.ATTACH_XDP_CPUMAP);

    private static final Logger LOG = LoggerFactory.getLogger(KernelAgreementTest.class);

    private static final int FILLED_ENTRIES = 8;

    @BeforeEach
    void needsBpf() {
        KernelMirror.assumeBpf();
    }

    static Stream<Path> repositoryAndPackages() {
        return Stream.of(
                        KernelObjects.repositoryAndPackages(),
                        List.of(Repository.root().resolve(HELPERS)),
                        LinuxSource.objects(),
                        KernelObjects.named())
                .flatMap(List::stream);
    }

    @ParameterizedTest
    @MethodSource("repositoryAndPackages")
    void answersAsTheKernel(Path file) {
        CollectionSpec object = sized(Collection.read(file));
        List<String> differences = new ArrayList<>();
        int compared = 0;
        for (Engine engine : List.of(Engine.INTERP, Engine.JIT)) {
            for (boolean filled : new boolean[] {false, true}) {
                compared += compare(object, engine, filled, differences);
            }
        }
        LOG.info("{}: {} runs compared", file, compared);
        assertThat(differences).as(file + ": " + compared + " runs").isEmpty();
        assumeTrue(compared > 0, file + ": has no XDP program that a test run takes");
    }

    /// What the object leaves to its loader: sizes of maps, and templates of their inner maps.
    private static CollectionSpec sized(CollectionSpec object) {
        CollectionSpec sized = object;
        for (MapDefinition map : object.maps()) {
            boolean unsized = map.spec().maxEntries() == 0;
            if (unsized && map.spec().type() != MapType.PERF_EVENT_ARRAY) {
                sized = sized.withMaxEntries(map.name(), FILLED_ENTRIES);
            }
        }
        return sized.withMaps(
                sized.maps().stream().map(KernelAgreementTest::withTemplate).toList());
    }

    private static MapDefinition withTemplate(MapDefinition map) {
        MapSpec spec = map.spec();
        return spec.type().holdsMaps() && spec.inner() == null
                ? map.withSpec(spec.withInner(MapSpec.of("inner", MapType.ARRAY, 4, 4, 1, 0)))
                : map;
    }

    /// Runs all packets through each program on both sides; returns the number of runs.
    private static int compare(
            CollectionSpec object, Engine engine, boolean filled, List<String> differences) {
        Sched.setAffinity(0);
        int cpus = Sched.configuredCpus();
        int runs = 0;
        for (String name : programs(object)) {
            LoadOptions options =
                    LoadOptions.DEFAULT
                            .withEngine(engine)
                            .withKeepGoing(true)
                            .withWanted(program -> program.isXdp())
                            .withRuntime(new BpfRuntime(cpus), 0, TestRun.Ingress.LOOPBACK);
            String what = object.file() + " " + name + " " + engine + (filled ? " filled" : "");
            try (Collection ours = Collection.load(object, options);
                    KernelMirror kernel = KernelMirror.of(ours)) {
                kernel.load(ours.program(name));
                if (filled) {
                    fill(ours, kernel, name);
                }
                runs += comparePackets(ours, kernel, name, what, differences);
                compareMaps(ours, kernel, name, what, cpus, differences);
            } catch (KernelMirror.Refused e) {
                LOG.info("{}: the kernel refuses it: {}", what, e.getMessage());
            } catch (UnsupportedException e) {
                LOG.info("{}: not supported here: {}", what, e.getMessage());
            } catch (RejectedProgramException e) {
                if (e.verification().errno() != Errno.EOPNOTSUPP && kernelTakes(object, name)) {
                    differences.add(what + ": " + e.getMessage());
                }
            } catch (LinkException e) {
                differences.add(what + ": " + e.getMessage());
            }
        }
        return runs;
    }

    private static boolean kernelTakes(CollectionSpec object, String name) {
        LoadOptions unverified =
                LoadOptions.DEFAULT
                        .withVerify(false)
                        .withWanted(program -> program.name().equals(name))
                        .withRuntime(new BpfRuntime(Sched.configuredCpus()));
        try (Collection ours = Collection.load(object, unverified);
                KernelMirror kernel = KernelMirror.of(ours)) {
            kernel.load(ours.program(name));
            return true;
        } catch (KernelMirror.Refused e) {
            return false;
        }
    }

    private static List<String> programs(CollectionSpec object) {
        return object.programs().stream()
                .filter(ProgramSpec::isXdp)
                .filter(program -> !RUN_BY_MAPS.contains(program.expectedAttachType()))
                .map(ProgramSpec::name)
                .toList();
    }

    /// Small numbers in every map that takes them, so that programs find something.
    private static void fill(Collection ours, KernelMirror kernel, String name)
            throws KernelMirror.Refused {
        for (BpfMap map : ours.maps().values()) {
            int entries = Math.min(FILLED_ENTRIES, map.maxEntries());
            boolean data = map.name().contains(".");
            for (int i = 0; i < entries && !data; i++) {
                switch (map.type()) {
                    case ARRAY, HASH, LRU_HASH -> {
                        byte[] value = new byte[map.valueSize()];
                        value[0] = (byte) (i % 2);
                        put(kernel, map, key(map, i), value);
                    }
                    case DEVMAP, DEVMAP_HASH -> put(kernel, map, key(map, i), value(map, 1));
                    case CPUMAP -> {
                        if (i < 2) {
                            put(kernel, map, key(map, i), value(map, 192));
                        }
                    }
                    default -> {}
                }
            }
        }
        tailCalls(ours, kernel, name);
    }

    private static byte[] key(BpfMap map, int number) {
        return Arrays.copyOf(KernelMirror.word(number), map.keySize());
    }

    private static byte[] value(BpfMap map, int number) {
        return Arrays.copyOf(KernelMirror.word(number), map.valueSize());
    }

    private static void put(KernelMirror kernel, BpfMap map, byte[] key, byte[] value) {
        int theirs = kernel.update(map, key, value);
        int mine = 0;
        try {
            map.update(key, value, 0);
        } catch (MapException e) {
            mine = -e.errno();
        }
        assertThat(mine).as("update of " + map).isEqualTo(theirs);
    }

    /// Every other program of the object at an index of its own in each prog array.
    private static void tailCalls(Collection ours, KernelMirror kernel, String name)
            throws KernelMirror.Refused {
        for (BpfMap map : ours.maps().values()) {
            if (map.type() != MapType.PROG_ARRAY) {
                continue;
            }
            int index = 0;
            for (BpfProgram program : ours.programs().values()) {
                if (!program.name().equals(name)) {
                    kernel.load(program);
                }
                if (index < map.maxEntries() && kernel.update(map, index, program.name()) == 0) {
                    map.update(KernelMirror.word(index), KernelMirror.word(program.id()), 0);
                }
                index++;
            }
        }
    }

    private static int comparePackets(
            Collection ours,
            KernelMirror kernel,
            String name,
            String what,
            List<String> differences) {
        BpfProgram program = ours.program(name);
        boolean steady = isSteady(program);
        for (Map.Entry<String, byte[]> packet : packets().entrySet()) {
            String theirs = show(kernel.run(name, packet.getValue()), steady);
            String mine = show(program, packet.getValue(), steady);
            if (!mine.equals(theirs)) {
                differences.add(
                        what + ": " + packet.getKey() + ": " + mine + " (kernel: " + theirs + ")");
            }
        }
        return packets().size();
    }

    /// What depends on the time or on chance is only run.
    private static boolean isSteady(BpfProgram program) {
        for (Insn insn : program.linked().insns()) {
            if (insn.opcode() == (Opcode.JMP | Opcode.CALL)
                    && insn.src() == Opcode.HELPER_CALL
                    && UNSTEADY.contains(insn.imm())) {
                return false;
            }
        }
        return true;
    }

    private static String show(RunResult run, boolean steady) {
        if (run.result() != 0) {
            return Errno.nameOf(-run.result());
        }
        return steady ? run.retval() + " " + HexFormat.of().formatHex(run.data()) : "ran";
    }

    private static String show(BpfProgram program, byte[] packet, boolean steady) {
        try {
            TestRun.Result run = program.testRun(packet);
            return steady ? run.retval() + " " + HexFormat.of().formatHex(run.data()) : "ran";
        } catch (TestRunException e) {
            return Errno.nameOf(e.errno());
        }
    }

    private static void compareMaps(
            Collection ours,
            KernelMirror kernel,
            String name,
            String what,
            int cpus,
            List<String> differences) {
        if (!isSteady(ours.program(name))) {
            return;
        }
        for (BpfMap map : ours.maps().values()) {
            if (KernelMirror.isPlain(map.type())) {
                Map<String, String> mine = new TreeMap<>();
                map.forEach((key, value) ->
                        mine.put(HexFormat.of().formatHex(key), HexFormat.of().formatHex(value)));
                if (!mine.equals(kernel.entries(map, cpus))) {
                    differences.add(what + ": map " + map.name() + " differs");
                }
            }
        }
    }

    private static Map<String, byte[]> packets() {
        Map<String, byte[]> packets = new LinkedHashMap<>();
        for (String line : Repository.read(Path.of(PACKETS)).lines().toList()) {
            Json packet = Json.parse(line);
            packets.put(packet.at("name").text(), HexFormat.of().parseHex(packet.at("hex").text()));
        }
        return packets;
    }
}
