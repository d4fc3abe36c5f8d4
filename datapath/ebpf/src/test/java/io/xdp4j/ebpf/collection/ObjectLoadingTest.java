package io.xdp4j.ebpf.collection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.ebpf.LinkException;
import io.xdp4j.ebpf.UnsupportedException;
import io.xdp4j.ebpf.elf.TestObjects;
import io.xdp4j.ebpf.map.MapSpec;
import io.xdp4j.ebpf.map.MapType;
import io.xdp4j.ebpf.program.CollectionSpec;
import io.xdp4j.ebpf.program.MapDefinition;
import io.xdp4j.ebpf.program.ProgramSpec;
import io.xdp4j.ebpf.program.Reference;
import io.xdp4j.ebpf.testrun.TestRun;
import io.xdp4j.ebpf.vm.BpfRuntime;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Objects of `src/test/resources/objects`, live.
final class ObjectLoadingTest {
    private static final LoadOptions UNCHECKED = LoadOptions.DEFAULT.withVerify(false);

    private static LoadOptions only(String... programs) {
        Set<String> wanted = Set.of(programs);
        return UNCHECKED.withWanted(program -> wanted.contains(program.name()));
    }

    @Test
    void adaptsProgramsToTheTypesOfTheKernelThatIsNamed() {
        LoadOptions options =
                only("byte_size").withKernelTypes(TestObjects.read("core_target").btf());
        try (Collection collection = Collection.load(TestObjects.read("core"), options)) {
            assertThat(collection.program("byte_size").testRun(new byte[64]).retval())
                    .isEqualTo(16);
        }
        try (Collection collection = Collection.load(TestObjects.read("core"), only("byte_size"))) {
            assertThat(collection.program("byte_size").testRun(new byte[64]).retval())
                    .as("the object's own")
                    .isEqualTo(4);
        }
    }

    @Test
    void runsSubprogramsAndCallbacks() {
        try (Collection collection =
                Collection.load(TestObjects.read("subprograms"), only("one", "two"))) {
            assertThat(collection.program("one").testRun(new byte[64]).retval())
                    .as("(0 * 3 + 1 * 3) + 1, and 1 * 3")
                    .isEqualTo(7);
            assertThat(collection.program("two").testRun(new byte[64]).retval())
                    .as("(0 + 1 + 2 + 3) ^ 5")
                    .isEqualTo(3);
        }
    }

    @Test
    void startsWithTheValuesOfGlobalsAndKeepsWhatProgramsWrite() {
        try (Collection collection =
                Collection.load(
                        TestObjects.read("globals").withGlobal("limit", new byte[] {1}),
                        UNCHECKED)) {
            assertThat(collection.program("prog").testRun(new byte[64]).retval()).isEqualTo(2);
            assertThat(collection.program("prog").testRun(new byte[64]).retval()).isEqualTo(1);
            assertThat(collection.map("globals.data").lookup(new byte[4]))
                    .as("5 and twice port 80")
                    .startsWith(165, 0, 0, 0);
        }
    }

    @Test
    void readsTheKernelVersionThatTheEngineStandsFor() {
        try (Collection collection =
                Collection.load(
                        TestObjects.read("externs")
                                .withGlobal("CONFIG_PANIC_TIMEOUT", new byte[] {100}),
                        only("version"))) {
            assertThat(collection.program("version").testRun(new byte[64]).retval())
                    .isEqualTo((6 << 16 | 18 << 8) + 100);
        }
        assertThatThrownBy(() -> Collection.load(TestObjects.read("externs"), only("version")))
                .isInstanceOf(LinkException.class)
                .hasMessageContaining("CONFIG_PANIC_TIMEOUT has no value");
    }

    @Test
    void ticksAsOftenAsItsClockDoes() {
        CollectionSpec object =
                TestObjects.read("externs").withGlobal("CONFIG_PANIC_TIMEOUT", new byte[] {1});
        try (Collection collection = Collection.load(object, only("ticks"))) {
            assertThat(collection.program("ticks").testRun(new byte[64]).retval()).isEqualTo(250);
        }
    }

    /// As the kernel's loader makes all maps, an object with one that cannot exist here would be lost
    /// for its other programs too.
    @Test
    void leavesAMapThatCannotExistToTheProgramsThatUseIt() {
        MapSpec storage = MapSpec.of("per_sock", MapType.SK_STORAGE, 4, 8, 0, 1);
        CollectionSpec object = TestObjects.read("run_config");
        ProgramSpec user = withReference(object.program("filter"), "per_sock");
        CollectionSpec both =
                new CollectionSpec(
                        object.file(),
                        object.license(),
                        0,
                        List.of(MapDefinition.of(storage, ".maps")),
                        List.of(user, object.program("plain")),
                        object.btf());
        try (Collection collection = Collection.load(both, UNCHECKED.withKeepGoing(true))) {
            assertThat(collection.programs()).containsOnlyKeys("plain");
            assertThat(collection.rejected().get("filter"))
                    .isInstanceOf(UnsupportedException.class)
                    .hasMessageContaining("run_config.bpf.o: program filter: insn 0: map per_sock");
        }
    }

    @Test
    void sharesMapsThatArePinnedByNameWithTheRuntimesOtherObjects() {
        BpfRuntime runtime = new BpfRuntime(2);
        LoadOptions options = UNCHECKED.withRuntime(runtime, 0, TestRun.Ingress.LOOPBACK);
        MapSpec flows = MapSpec.of("flows", MapType.HASH, 4, 8, 10, 0);
        byte[] key = {1, 2, 3, 4};
        byte[] value = {8, 7, 6, 5, 4, 3, 2, 1};
        try (Collection other = Collection.load(pinned(flows), options)) {
            try (Collection first = Collection.load(pinned(flows), options)) {
                first.map("flows").update(key, value, 0);
                assertThat(other.map("flows")).isSameAs(first.map("flows"));
            }
            assertThat(other.map("flows").lookup(key)).as("still there").isEqualTo(value);
            assertThatThrownBy(() -> Collection.load(pinned(flows.withMaxEntries(11)), options))
                    .hasMessageContaining("flows")
                    .hasMessageContaining("max_entries 10")
                    .hasMessageContaining("max_entries 11");
            assertThat(runtime.maps()).hasSize(1);
        }
        assertThat(runtime.maps()).isEmpty();
        try (Collection later = Collection.load(pinned(flows), options)) {
            assertThat(later.map("flows").lookup(key)).as("a new one").isNull();
        }
    }

    private static CollectionSpec pinned(MapSpec spec) {
        MapDefinition map =
                MapDefinition.of(spec, ".maps").withPinning(MapDefinition.Pinning.BY_NAME);
        return new CollectionSpec("pinned.o", "GPL", 0, List.of(map), List.of(), null);
    }

    private static ProgramSpec withReference(ProgramSpec program, String map) {
        return new ProgramSpec(
                program.name(),
                program.section(),
                program.type(),
                program.expectedAttachType(),
                program.flags(),
                program.insns(),
                program.functions(),
                List.of(new Reference.ToMap(0, map)),
                List.of(),
                List.of(),
                List.of(),
                program.runConfig());
    }
}
