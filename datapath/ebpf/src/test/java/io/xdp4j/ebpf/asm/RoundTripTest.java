package io.xdp4j.ebpf.asm;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.ebpf.isa.ConformanceCase;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.InsnValidator;
import io.xdp4j.ebpf.isa.RandomInsns;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What the disassembler writes, the assembler reads back as the same bits.
final class RoundTripTest {
    private static final int FORMS_EACH = 300;

    private final Disassembler disassembler = new Disassembler(InsnNames.NONE);

    static List<Integer> opcodes() {
        return RandomInsns.opcodes();
    }

    static List<ConformanceCase> cases() {
        return ConformanceCase.all();
    }

    @ParameterizedTest
    @MethodSource("opcodes")
    void bringsEachOpcodeBack(int opcode) {
        RandomInsns random = new RandomInsns(opcode);
        for (int i = 0; i < FORMS_EACH; i++) {
            List<Insn> insns = random.next(opcode);
            Insn second = insns.size() == 2 ? insns.get(1) : null;
            String plain = disassembler.text(insns.getFirst(), second);
            assertThat(Assembler.assemble(plain)).as(plain).isEqualTo(insns);
            String full = "7: " + disassembler.line(insns.getFirst(), second) + " ; R1=2";
            assertThat(Assembler.assemble(full)).as(full).isEqualTo(insns);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void bringsEachConformanceProgramBack(ConformanceCase program) {
        String text = String.join("\n", disassembler.lines(program.insns()));
        assertThat(Assembler.assemble(text)).isEqualTo(program.insns());
    }

    @Test
    void encodesWhatItDecodes() {
        RandomInsns random = new RandomInsns(1);
        for (int opcode : RandomInsns.opcodes()) {
            List<Insn> insns = random.next(opcode);
            assertThat(InsnValidator.decode(InsnValidator.encode(insns))).isEqualTo(insns);
        }
    }
}
