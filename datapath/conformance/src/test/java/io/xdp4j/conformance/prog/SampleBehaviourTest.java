package io.xdp4j.conformance.prog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.xdp4j.conformance.Repository;
import io.xdp4j.conformance.tool.Json;
import io.xdp4j.core.program.XdpAction;
import io.xdp4j.ebpf.collection.Collection;
import io.xdp4j.ebpf.collection.Engine;
import io.xdp4j.ebpf.collection.LoadOptions;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.map.MapType;
import io.xdp4j.ebpf.program.CollectionSpec;
import io.xdp4j.ebpf.testrun.TestRun;
import io.xdp4j.ebpf.vm.BpfRuntime;
import io.xdp4j.linux.Fd;
import io.xdp4j.linux.Sched;
import io.xdp4j.linux.bpf.KernelBpf;
import io.xdp4j.linux.bpf.KernelBpf.MapAttributes;
import io.xdp4j.linux.bpf.KernelBpf.RunResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The sample programs do what they are for: packets in, verdicts, bytes and maps out.
///
/// The cases are of `behaviour.py`, which computes them from the protocols.
final class SampleBehaviourTest {
    private static final String CASES =
            "datapath/conformance/src/test/resources/samples/behaviour.jsonl";

    private static final HexFormat HEX = HexFormat.of();

    /// One line of the file.
    private record Case(Json json) {
        String name() {
            return json.at("program").text() + ": " + json.at("name").text();
        }

        byte[] bytes(String key) {
            return HEX.parseHex(json.at(key).text());
        }

        List<Cell> cells(String key) {
            return json.has(key)
                    ? json.at(key).list().stream()
                            .map(cell ->
                                    new Cell(
                                            cell.at("map").text(),
                                            cell.at("key").text(),
                                            cell.at("value").text()))
                            .toList()
                    : List.of();
        }

        Path object() {
            return Repository.root()
                    .resolve("samples/bpf")
                    .resolve(json.at("object").text() + ".bpf.o");
        }

        CollectionSpec spec() {
            CollectionSpec spec = Collection.read(object());
            if (json.has("globals")) {
                for (String global : json.at("globals").names()) {
                    spec = spec.withGlobal(global, HEX.parseHex(json.at("globals", global).text()));
                }
            }
            return spec;
        }
    }

    /// An entry before or after the run.
    private record Cell(String map, String keyHex, String valueHex) {
        byte[] key() {
            return HEX.parseHex(keyHex);
        }

        byte[] value() {
            return HEX.parseHex(valueHex);
        }
    }

    static Stream<String> objects() {
        return cases().stream().map(example -> example.json().at("object").text()).distinct();
    }

    private static List<Case> cases() {
        return Repository.read(Path.of(CASES)).lines().map(Json::parse).map(Case::new).toList();
    }

    private static List<Case> cases(String object) {
        return cases().stream()
                .filter(example -> example.json().at("object").text().equals(object))
                .toList();
    }

    private static Collection load(Case example, Engine engine) {
        Collection object =
                Collection.load(
                        example.spec(),
                        LoadOptions.DEFAULT
                                .withEngine(engine)
                                .withWanted(program ->
                                        program.name().equals(example.json().at("program").text()))
                                .withRuntime(
                                        new BpfRuntime(Sched.configuredCpus()),
                                        0,
                                        TestRun.Ingress.LOOPBACK));
        for (Cell cell : example.cells("entries")) {
            BpfMap map = object.map(cell.map());
            map.update(cell.key(), onCpuZero(map, cell.value()), 0);
        }
        return object;
    }

    /// The bytes of a value, of all CPUs where there are many; the others' are zero.
    private static byte[] onCpuZero(BpfMap map, byte[] value) {
        int slot = (map.valueSize() + 7) & -8;
        return Arrays.copyOf(
                value, map.type().isPerCpu() ? slot * Sched.configuredCpus() : map.valueSize());
    }

    @ParameterizedTest
    @MethodSource("objects")
    void answersInBothEngines(String name) {
        List<String> differences = new ArrayList<>();
        for (Engine engine : List.of(Engine.INTERP, Engine.JIT)) {
            for (Case example : cases(name)) {
                try (Collection object = load(example, engine)) {
                    TestRun.Result run =
                            object.program(example.json().at("program").text())
                                    .testRun(example.bytes("packet"));
                    compare(example, run.retval(), run.data(), engine.toString(), differences);
                    for (Cell cell : example.cells("after")) {
                        byte[] value = object.map(cell.map()).lookup(cell.key());
                        compare(example, cell, value, engine.toString(), differences);
                    }
                }
            }
        }
        assertThat(differences).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("objects")
    void answersInTheKernel(String name) throws KernelMirror.Refused {
        assumeTrue(mayLoad(), "bpf(2) needs CAP_BPF: run as root");
        Sched.setAffinity(0);
        List<String> differences = new ArrayList<>();
        for (Case example : cases(name)) {
            try (Collection object = load(example, Engine.INTERP);
                    KernelMirror kernel = KernelMirror.of(object)) {
                String program = example.json().at("program").text();
                kernel.load(object.program(program));
                for (Cell cell : example.cells("entries")) {
                    BpfMap map = object.map(cell.map());
                    int updated = kernel.update(map, cell.key(), onCpuZero(map, cell.value()));
                    assertThat(updated).as("%s: %s", example.name(), cell.map()).isZero();
                }
                RunResult run = kernel.run(program, example.bytes("packet"));
                compare(example, run.retval(), run.data(), "kernel", differences);
                for (Cell cell : example.cells("after")) {
                    BpfMap map = object.map(cell.map());
                    byte[] value = kernel.lookup(map, cell.key(), Sched.configuredCpus());
                    compare(example, cell, value, "kernel", differences);
                }
            }
        }
        assertThat(differences).isEmpty();
    }

    private static boolean mayLoad() {
        int fd = KernelBpf.createMap(MapAttributes.of("probe", MapType.HASH.number(), 4, 4, 1, 0));
        if (fd > 0) {
            Fd.close(fd);
        }
        return fd > 0;
    }

    private static void compare(
            Case example, int verdict, byte[] out, String where, List<String> differences) {
        String wanted = example.json().at("verdict").text();
        if (!XdpAction.nameOf(verdict).equals(wanted)) {
            differences.add(
                    "%s (%s): %s (expected: %s)"
                            .formatted(example.name(), where, XdpAction.nameOf(verdict), wanted));
        }
        if (example.json().has("out") && !Arrays.equals(out, example.bytes("out"))) {
            differences.add(
                    "%s (%s): %s (expected: %s)"
                            .formatted(
                                    example.name(),
                                    where,
                                    HEX.formatHex(out),
                                    example.json().at("out").text()));
        }
    }

    /// The value begins with what is expected: of per-CPU maps, CPU 0's.
    private static void compare(
            Case example,
            Cell cell,
            byte @Nullable [] value,
            String where,
            List<String> differences) {
        String found = value == null ? "nothing" : HEX.formatHex(value);
        if (!found.startsWith(cell.valueHex())) {
            differences.add(
                    "%s (%s): %s[%s] = %s (expected: %s...)"
                            .formatted(
                                    example.name(),
                                    where,
                                    cell.map(),
                                    cell.keyHex(),
                                    found,
                                    cell.valueHex()));
        }
    }
}
