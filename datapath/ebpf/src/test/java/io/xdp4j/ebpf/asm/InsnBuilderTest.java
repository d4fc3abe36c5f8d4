package io.xdp4j.ebpf.asm;

import static io.xdp4j.ebpf.asm.Register.R0;
import static io.xdp4j.ebpf.asm.Register.R1;
import static io.xdp4j.ebpf.asm.Register.R10;
import static io.xdp4j.ebpf.asm.Register.R2;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.ebpf.isa.Opcode;
import java.util.List;
import org.junit.jupiter.api.Test;

final class InsnBuilderTest {
    private static List<String> text(InsnBuilder builder) {
        return new Disassembler(InsnNames.NONE).lines(builder.insns());
    }

    @Test
    void fillsInJumpsBothWays() {
        InsnBuilder program =
                InsnBuilder.program()
                        .mov64(R0, 1)
                        .label("again")
                        .jeq(R1, 3, "out")
                        .add64(R1, R0)
                        .gotol("again")
                        .label("out")
                        .exit();
        assertThat(text(program))
                .containsExactly(
                        "0: (b7) r0 = 1",
                        "1: (15) if r1 == 0x3 goto pc+2",
                        "2: (0f) r1 += r0",
                        "3: (06) gotol pc-3",
                        "4: (95) exit");
    }

    @Test
    void countsTheSlotsOfWideLoads() {
        InsnBuilder program =
                InsnBuilder.program()
                        .function(R2, "sub")
                        .lddw(R1, -1)
                        .call("sub")
                        .exit()
                        .label("sub")
                        .stx(Opcode.DW, R10, -8, R1)
                        .sdiv32(R1, -2)
                        .exit();
        assertThat(text(program))
                .containsExactly(
                        "0: (18) r2 = subprog[+5]",
                        "2: (18) r1 = 0xffffffffffffffff",
                        "4: (85) call pc+1",
                        "5: (95) exit",
                        "6: (7b) *(u64 *)(r10 -8) = r1",
                        "7: (34) w1 s/= -2",
                        "8: (95) exit");
    }

    @Test
    void namesAMissingLabel() {
        InsnBuilder program = InsnBuilder.program().ja("nowhere").exit();
        assertThatThrownBy(program::insns)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("no label nowhere");
    }

    @Test
    void refusesAJumpTooFar() {
        InsnBuilder program = InsnBuilder.program().ja("far");
        for (int i = 0; i < 40_000; i++) {
            program.mov64(R0, 0);
        }
        program.label("far").exit();
        assertThatThrownBy(program::insns)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("gotol");
    }
}
