package io.xdp4j.ebpf.elf;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.xdp4j.ebpf.LinkException;
import io.xdp4j.ebpf.map.MapFlags;
import io.xdp4j.ebpf.map.MapSpec;
import io.xdp4j.ebpf.map.MapSpec.SpecialField;
import io.xdp4j.ebpf.map.MapType;
import io.xdp4j.ebpf.program.CollectionSpec;
import io.xdp4j.ebpf.program.InitialValue;
import io.xdp4j.ebpf.program.LinkedProgram;
import io.xdp4j.ebpf.program.LinkedProgram.FuncInfo;
import io.xdp4j.ebpf.program.LinkedProgram.LineInfo;
import io.xdp4j.ebpf.program.MapDefinition;
import io.xdp4j.ebpf.program.MapDefinition.Pinning;
import io.xdp4j.ebpf.program.MapDefinition.Slot;
import io.xdp4j.ebpf.program.MapDefinition.Variable;
import io.xdp4j.ebpf.program.ProgramSpec;
import io.xdp4j.ebpf.program.ProgramSpec.Function;
import io.xdp4j.ebpf.program.ProgramType;
import io.xdp4j.ebpf.program.Reference;
import io.xdp4j.ebpf.program.RunConfig;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ObjectReaderTest {
    @Test
    void readsLegacyMapsAndProgramsWithoutBtf() {
        CollectionSpec object = TestObjects.read("legacy_maps");

        assertThat(object.license()).isEqualTo("GPL");
        assertThat(object.kernelVersion()).isEqualTo(0x060100);
        assertThat(object.btf()).isNull();
        assertThat(object.maps())
                .filteredOn(map -> map.section().equals("maps"))
                .extracting(MapDefinition::spec)
                .containsExactly(
                        MapSpec.of("counters", MapType.PERCPU_ARRAY, 4, 8, 256, 0),
                        MapSpec.of("flows", MapType.HASH, 12, 16, 1000, 1),
                        MapSpec.of("cpu_map", MapType.CPUMAP, 4, 4, 64, 0));
        assertThat(object.programs())
                .extracting(ProgramSpec::name, ProgramSpec::section, ProgramSpec::type)
                .containsExactly(
                        tuple("spread", "xdp_cpu_map0", ProgramType.XDP),
                        tuple("look", "prog", null));
        assertThat(object.program("spread").references())
                .extracting(reference -> ((Reference.ToMap) reference).map())
                .containsExactly("counters", "cpu_map");
    }

    @Test
    void readsDefinitionsWithInnerMapIndex() {
        CollectionSpec object = TestObjects.read("long_maps");

        assertThat(TestObjects.map(object, "outer").spec().inner())
                .isEqualTo(MapSpec.of("inner", MapType.HASH, 4, 4, 10, 0));
        assertThat(TestObjects.map(object, "placed").pinning())
                .as("the seventh field is a NUMA node here, as the flags say")
                .isEqualTo(Pinning.NONE);
        assertThat(object.license()).isEmpty();
    }

    @Test
    void readsMapsOfIproute2WithItsTailCallSections() {
        CollectionSpec object = TestObjects.read("iproute2_maps");

        assertThat(TestObjects.map(object, "jumps").slots())
                .containsExactly(new Slot(0, "first"), new Slot(2, "third"));
        MapDefinition outer = TestObjects.map(object, "outer");
        assertThat(outer.pinning()).isEqualTo(Pinning.BY_NAME);
        assertThat(outer.slots()).containsExactly(new Slot(1, "inner"));
        assertThat(outer.spec().inner()).isEqualTo(MapSpec.of("inner", MapType.ARRAY, 4, 8, 5, 0));
    }

    @Test
    void tellsStaticMapsOfOneSectionApart() {
        CollectionSpec object = TestObjects.read("static_maps");

        assertThat(object.program("prog").references())
                .extracting(reference -> ((Reference.ToMap) reference).map())
                .containsExactly("colours", "second", "blue", "first", "shared");
        assertThat(TestObjects.map(object, "colours").slots())
                .containsExactly(new Slot(0, "red"), new Slot(1, "blue"));
        assertThat(TestObjects.map(object, "shared").pinning()).isEqualTo(Pinning.BY_NAME);
    }

    @Test
    void readsEveryAttributeOfBtfMaps() {
        CollectionSpec object = TestObjects.read("btf_maps");

        MapDefinition flows = TestObjects.map(object, "flows");
        assertThat(flows.spec())
                .extracting(
                        MapSpec::type,
                        MapSpec::keySize,
                        MapSpec::valueSize,
                        MapSpec::maxEntries,
                        MapSpec::flags)
                .containsExactly(MapType.HASH, 12, 48, 1024, MapFlags.NO_PREALLOC);
        assertThat(flows.pinning()).isEqualTo(Pinning.BY_NAME);
        assertThat(flows.spec().fields())
                .containsExactly(
                        new SpecialField("bpf_spin_lock", 8, 4),
                        new SpecialField("bpf_timer", 16, 16),
                        new SpecialField("bpf_timer", 32, 16));
        assertThat(TestObjects.map(object, "seen").spec().mapExtra()).isEqualTo(3);
        assertThat(TestObjects.map(object, "events").spec().maxEntries())
                .as("rounded up to a power of two of pages")
                .isEqualTo(8192);
    }

    @Test
    void readsTheFormOfBtfMapsOfLinux52() {
        MapSpec early = TestObjects.map(TestObjects.read("btf_maps"), "early").spec();

        assertThat(early)
                .extracting(
                        MapSpec::type, MapSpec::keySize, MapSpec::valueSize, MapSpec::maxEntries)
                .containsExactly(MapType.ARRAY, 4, 8, 9);
    }

    @Test
    void readsInitialValuesOfProgArraysAndMapsOfMaps() {
        CollectionSpec object = TestObjects.read("btf_maps");

        MapDefinition outer = TestObjects.map(object, "by_colour");
        assertThat(outer.slots()).containsExactly(new Slot(1, "green"), new Slot(3, "red"));
        MapSpec inner = requireNonNull(outer.spec().inner());
        assertThat(inner.valueSize()).isEqualTo(16);
        assertThat(TestObjects.map(object, "jumps").slots())
                .containsExactly(new Slot(0, "drop"), new Slot(1, "pass"));
    }

    @Test
    void makesMapsOfGlobalDataWithTheNamesOfLibbpf() {
        CollectionSpec object = TestObjects.read("globals");

        assertThat(object.maps())
                .extracting(MapDefinition::name, MapDefinition::frozen, map -> map.spec().flags())
                .containsExactlyInAnyOrder(
                        tuple("globals.rodata", true, MapFlags.RDONLY_PROG | MapFlags.MMAPABLE),
                        tuple("globals.data", false, MapFlags.MMAPABLE),
                        tuple("globals.bss", false, MapFlags.MMAPABLE),
                        tuple(".data.ports", false, MapFlags.MMAPABLE));
        assertThat(TestObjects.map(object, "globals.data").contents())
                .isEqualTo(InitialValue.of(new byte[] {5, 0, 0, 0, 0, 0, 0, 0}));
        assertThat(TestObjects.map(object, ".bss").contents()).isEqualTo(InitialValue.zeros(16));
        assertThat(TestObjects.map(object, ".rodata").variables())
                .extracting(Variable::name, Variable::size)
                .containsExactlyInAnyOrder(tuple("limit", 4), tuple("config", 8));
    }

    @Test
    void readsConstantsThatTypesPutIntoAnotherSection() {
        CollectionSpec object = TestObjects.read("merged_constants");

        assertThat(object.maps())
                .flatExtracting(map -> map.variables().stream().map(Variable::name).toList())
                .containsExactly("limit", "digits");
        assertThat(object.programs().getFirst().funcInfo()).isEmpty();
    }

    @Test
    void setsAGlobalWhereItsVariableStands() {
        CollectionSpec object = TestObjects.read("globals").withGlobal("limit", new byte[] {9, 1});

        MapDefinition constants = TestObjects.map(object, ".rodata");
        Variable limit = requireNonNull(constants.variable("limit"));
        InitialValue value = requireNonNull(constants.contents());
        assertThat(value.bytes()[limit.offset()]).isEqualTo((byte) 9);
        assertThat(value.bytes()[limit.offset() + 1]).isEqualTo((byte) 1);
        assertThat(object.withGlobal("no_such", new byte[100]).maps()).isEqualTo(object.maps());
        assertThatThrownBy(() -> object.withGlobal("limit", new byte[5]))
                .isInstanceOf(LinkException.class)
                .hasMessageContaining("value of 5 bytes (expected: at most 4)");
    }

    @Test
    void putsSubprogramsBehindEachProgramThatReachesThem() {
        CollectionSpec object = TestObjects.read("subprograms");

        ProgramSpec one = object.program("one");
        assertThat(one.functions())
                .containsExactly(
                        new Function("one", 0),
                        new Function("shared", 7),
                        new Function("middle", 11),
                        new Function("leaf", 20));
        assertThat(one.insns().get(1).imm()).as("call of shared").isEqualTo(7 - 1 - 1);
        assertThat(one.insns().get(4).imm()).as("call of leaf").isEqualTo(20 - 4 - 1);
        assertThat(one.funcInfo()).extracting(FuncInfo::insn).containsExactly(0, 7, 11, 20);
        assertThat(one.lineInfo()).extracting(LineInfo::insn).isSorted().contains(0, 7, 11, 20);
        assertThat(one.lineInfo().getFirst().text()).contains("shared(ctx->rx_queue_index)");
    }

    @Test
    void pointsCallbacksAtTheirFunction() {
        ProgramSpec two = TestObjects.read("subprograms").program("two");

        Function step = two.functions().get(1);
        assertThat(step.name()).isEqualTo("step");
        assertThat(two.insns())
                .filteredOn(insn -> insn.isLoadImm64())
                .singleElement()
                .satisfies(insn -> {
                    assertThat(insn.src()).isEqualTo(4);
                    int at = two.insns().indexOf(insn);
                    assertThat(at + insn.imm() + 1).isEqualTo(step.insn());
                });
    }

    @Test
    void readsTypeAttachTypeAndFlagsFromTheSection() {
        ProgramSpec three = TestObjects.read("subprograms").program("three");

        assertThat(three.type()).isEqualTo(ProgramType.XDP);
        assertThat(three.expectedAttachType()).isEqualTo(LinkedProgram.ATTACH_XDP_DEVMAP);
        assertThat(three.flags()).containsExactly(LinkedProgram.Flag.XDP_HAS_FRAGS);
    }

    @Test
    void readsRunConfigurationOfLibxdp() {
        CollectionSpec object = TestObjects.read("run_config");

        assertThat(object.program("filter").runConfig())
                .isEqualTo(new RunConfig(12, Set.of("XDP_PASS", "XDP_DROP")));
        assertThat(object.program("plain").runConfig()).isEqualTo(RunConfig.DEFAULT);
    }

    @Test
    void makesAMapOfKernelConfiguration() {
        MapDefinition kconfig = TestObjects.map(TestObjects.read("externs"), ".kconfig");

        assertThat(kconfig.name()).isEqualTo("externs.kconfig");
        assertThat(kconfig.missing()).containsExactly("CONFIG_PANIC_TIMEOUT");
        assertThat(kconfig.variables())
                .extracting(Variable::name, Variable::offset)
                .containsExactly(
                        tuple("CONFIG_PANIC_TIMEOUT", 0),
                        tuple("CONFIG_HZ", 8),
                        tuple("LINUX_KERNEL_VERSION", 12),
                        tuple("CONFIG_MISSING", 16));
        InitialValue value = requireNonNull(kconfig.contents());
        assertThat(value.bytes())
                .containsExactly(0, 0, 0, 0, 0, 0, 0, 0, 250, 0, 0, 0, 0, 18, 6, 0, 0);
    }

    @Test
    void namesWhatThereIsWhenAProgramIsMissing() {
        CollectionSpec object = TestObjects.read("run_config");

        assertThatThrownBy(() -> object.program("nope"))
                .isInstanceOf(LinkException.class)
                .hasMessage("run_config.bpf.o: no program nope (programs: filter, plain)");
        assertThatThrownBy(() -> object.programsIn("tc"))
                .hasMessage("run_config.bpf.o: no program in section tc (sections: xdp)");
    }

    @Test
    void ignoresTextBehindTheLicenceTerminator() {
        byte[] bytes = TestObjects.bytes("globals");
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        int at = text.indexOf("GPL\0");
        assertThat(at).isPositive();
        bytes[at + 1] = 0;

        assertThat(ObjectReader.read(bytes, "g.o").license()).isEqualTo("G");
    }
}
