package io.xdp4j.ebpf.isa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.ebpf.MalformedObjectException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The rules are those that Linux 6.18 names for the same bytes.
final class InsnValidatorTest {
    private static List<String> problems(String hex) {
        return InsnValidator.problems(InsnValidator.decode(HexFormat.of().parseHex(hex)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    8d02000000000000 | unknown opcode 8d
                    ff00000000000000 | unknown opcode ff
                    0721000001000000 | BPF_ALU uses reserved fields
                    0f21000001000000 | BPF_ALU uses reserved fields
                    0f21010000000000 | BPF_ALU uses reserved fields
                    bf21070000000000 | BPF_MOV uses reserved fields
                    bc21200000000000 | BPF_MOV uses reserved fields
                    8711000000000000 | BPF_NEG uses reserved fields
                    d701000008000000 | BPF_END uses reserved fields
                    1521000001000000 | BPF_JMP/JMP32 uses reserved fields
                    0500000001000000 | BPF_JA uses reserved fields
                    8531000001000000 | BPF_CALL uses reserved fields
                    9500000001000000 | BPF_EXIT uses reserved fields
                    e500000001000000 | invalid may_goto imm 1
                    6121000001000000 | BPF_LDX uses reserved fields
                    9921000000000000 | unknown opcode 99
                    6221000000000000 | BPF_ST uses reserved fields
                    6321000001000000 | BPF_STX uses reserved fields
                    db21000002000000 | BPF_ATOMIC uses invalid atomic opcode 02
                    2801000000000000 | 'BPF_LD_[ABS|IND] uses reserved fields'
                    bf1b000000000000 | R11 is invalid
                    b70a000000000000 | frame pointer is read only
                    """)
    void namesTheKernelsRule(String insn, String rule) {
        assertThat(problems(insn + "b7000000000000009500000000000000")).contains("insn 0: " + rule);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    05000100000000009500000000000000 | insn 0: jump out of range from insn 0 to 2
                    0500feff000000009500000000000000 | insn 0: jump out of range from insn 0 to -1
                    85100000050000009500000000000000 | insn 0: jump out of range from insn 0 to 6
                    b700000000000000 | insn 0: last insn is not an exit or jmp
                    1800000000000000 | insn 0: invalid bpf_ld_imm64 insn
                    180000000000000001000000000000009500000000000000 | insn 0: invalid bpf_ld_imm64 insn
                    05000100000000001800000000000000000000000000000095000000000000\
                    00 | insn 0: jump into the middle of ldimm64 insn 1
                    """)
    void looksAtTheProgramToo(String program, String problem) {
        assertThat(problems(program)).contains(problem);
    }

    @Test
    void acceptsCallByRegisterWhereAskedTo() {
        List<Insn> insns =
                List.of(new Insn(0x8d, 2, 0, 0, 0), new Insn(Opcode.JMP | Opcode.EXIT, 0, 0, 0, 0));
        assertThat(InsnValidator.problems(insns)).hasSize(1);
        assertThat(InsnValidator.problemsWithCallx(insns)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 9})
    void refusesBytesThatAreNoSlots(int length) {
        assertThatThrownBy(() -> InsnValidator.decode(new byte[length]))
                .isInstanceOf(MalformedObjectException.class)
                .hasMessageContaining(length + " bytes");
    }
}
