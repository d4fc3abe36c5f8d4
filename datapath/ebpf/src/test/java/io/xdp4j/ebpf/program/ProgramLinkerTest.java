package io.xdp4j.ebpf.program;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.ebpf.LinkException;
import io.xdp4j.ebpf.btf.BtfSpec;
import io.xdp4j.ebpf.btf.BtfType;
import io.xdp4j.ebpf.elf.TestObjects;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.map.MapFactory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ProgramLinkerTest {
    private static final String TIMESTAMP = "bpf_xdp_metadata_rx_timestamp";

    private final Map<String, BpfMap> live = new HashMap<>();

    @AfterEach
    void closeMaps() {
        live.values().forEach(BpfMap::close);
    }

    private LinkedProgram link(CollectionSpec object, String program, @Nullable BtfSpec kernel) {
        for (MapDefinition map : object.maps()) {
            live.put(map.name(), MapFactory.create(map.spec(), live.size() + 10, 2));
        }
        return new ProgramLinker(object, live, Set.of(TIMESTAMP), kernel)
                .link(object.program(program));
    }

    @Test
    void putsMapsAndOffsetsIntoLoads() {
        LinkedProgram program = link(TestObjects.read("globals"), "prog", null);

        Insn load = program.insns().stream().filter(Insn::isLoadImm64).findFirst().orElseThrow();
        assertThat(load.src()).isEqualTo(Opcode.PSEUDO_MAP_VALUE);
        assertThat(program.mapAt(load.imm())).isSameAs(live.get("globals.bss"));
        assertThat(program.maps()).hasSize(4);
        assertThat(program.type()).isEqualTo(ProgramType.XDP);
        assertThat(program.license()).isEqualTo("GPL");
    }

    @Test
    void asksForATypeWhereTheSectionTellsNone() {
        CollectionSpec object = TestObjects.read("legacy_maps");

        assertThatThrownBy(() -> link(object, "look", null))
                .isInstanceOf(LinkException.class)
                .hasMessage(
                        "legacy_maps.bpf.o: program look: section prog tells no program type; name one with --type");
    }

    @Test
    void asksForTheValueOfAStrongConfigurationExtern() {
        CollectionSpec object = TestObjects.read("externs");

        assertThatThrownBy(() -> link(object, "version", null))
                .isInstanceOf(LinkException.class)
                .hasMessageContaining("externs.bpf.o: program version: insn ")
                .hasMessageContaining(".kconfig CONFIG_PANIC_TIMEOUT has no value");
        assertThat(
                        link(
                                        object.withGlobal("CONFIG_PANIC_TIMEOUT", new byte[] {100}),
                                        "version",
                                        null)
                                .maps())
                .hasSize(1);
    }

    @Test
    void keepsNamesOfKernelFunctionsAndZeroesWeakSymbols() {
        LinkedProgram program = link(TestObjects.read("externs"), "symbols", null);

        assertThat(program.kfuncs().values()).containsExactly(TIMESTAMP);
        assertThat(program.insns())
                .filteredOn(insn -> insn.src() == Opcode.PSEUDO_KFUNC_CALL && isCall(insn))
                .singleElement()
                .satisfies(
                        call -> assertThat(program.kfuncs()).containsEntry(call.imm(), TIMESTAMP));
        assertThat(program.insns())
                .filteredOn(Insn::isLoadImm64)
                .as("addresses of some_variable and bpf_absent")
                .hasSize(2)
                .allMatch(load -> load.imm() == 0 && load.src() == 0);
        assertThat(program.insns())
                .as("the call of bpf_absent")
                .contains(new Insn(0x85, 0, 0, 0, ProgramLinker.POISONED_CALL));
    }

    private static boolean isCall(Insn insn) {
        return insn.opcode() == (Opcode.JMP | Opcode.CALL);
    }

    private static BtfSpec kernel() {
        BtfSpec btf = TestObjects.read("core_target").btf();
        if (btf == null) {
            throw new AssertionError("core_target has no BTF");
        }
        return btf;
    }

    /// What the first instruction of each program loads: offset of a load, value of a constant.
    @ParameterizedTest
    @CsvSource({
        "load_moved, 12",
        "load_nested, 24",
        "load_element, 76",
        "load_widened, 56",
        "byte_offset, 24",
        "byte_size, 16",
        "exists, 1",
        "exists_not, 0",
        "is_signed, 1",
        "left_shift, 54",
        "right_shift, 57",
        "type_exists, 1",
        "type_exists_not, 0",
        "type_size, 128",
        "enum_exists, 1",
        "enum_exists_not, 0",
        "enum_value, 77",
        "type_matches, 1",
        "type_matches_not, 0",
    })
    void answersCoreRelocations(String program, long expected) {
        Insn first = link(TestObjects.read("core"), program, kernel()).insns().getFirst();

        long found = first.opClass() == Opcode.LDX ? first.off() : first.imm();
        assertThat(found).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"load_gone", "load_flavour", "enum_value_gone"})
    void poisonsWhatTheKernelLacks(String program) {
        List<Insn> insns = link(TestObjects.read("core"), program, kernel()).insns();

        assertThat(insns.getFirst()).isEqualTo(new Insn(0x85, 0, 0, 0, 0xbad2310));
    }

    /// Types that no kernel of ours has are as the object says; flavours of them are not there.
    @ParameterizedTest
    @CsvSource({
        "load_moved, 0",
        "load_nested, 8",
        "exists, 1",
        "exists_not, 1",
        "type_size, 60",
        "enum_value, 2",
    })
    void takesTheObjectsOwnTypesWhereNoKernelIsNamed(String program, long expected) {
        Insn first = link(TestObjects.read("core"), program, null).insns().getFirst();

        long found = first.opClass() == Opcode.LDX ? first.off() : first.imm();
        assertThat(found).isEqualTo(expected);
    }

    @Test
    void poisonsFlavoursWhereNoKernelIsNamed() {
        assertThat(link(TestObjects.read("core"), "load_flavour", null).insns().getFirst().imm())
                .isEqualTo(CorePatcher.POISON);
    }

    @Test
    void widensLoadsOfUnsignedFields() {
        Insn load = link(TestObjects.read("core"), "load_widened", kernel()).insns().getFirst();

        assertThat(load.opcode()).isEqualTo(Opcode.LDX | Opcode.MEM | Opcode.DW);
    }

    @Test
    void namesTypesByTheirNumbersHereAndThere() {
        CollectionSpec object = TestObjects.read("core");
        BtfSpec local = requireNonNull(object.btf());
        int here = link(object, "type_id_local", kernel()).insns().getFirst().imm();
        int there = link(object, "type_id_target", kernel()).insns().getFirst().imm();

        assertThat(here).isEqualTo(local.idOf(BtfType.Struct.class, "device"));
        assertThat(there).isEqualTo(kernel().idOf(BtfType.Struct.class, "device"));
    }
}
