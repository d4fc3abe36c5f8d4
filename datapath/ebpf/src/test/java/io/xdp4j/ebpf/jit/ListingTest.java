package io.xdp4j.ebpf.jit;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import io.xdp4j.ebpf.program.LinkedProgram;
import io.xdp4j.ebpf.program.ProgramType;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ListingTest {
    @Test
    void showsInstructionsAndSourceAmongTheBytecode() {
        LinkedProgram program =
                new LinkedProgram(
                        "shown",
                        ProgramType.XDP,
                        37,
                        List.of(
                                Programs.load(Opcode.W, 2, 1, 0),
                                Programs.call(HelperIds.GET_SMP_PROCESSOR_ID),
                                Programs.jump(Opcode.JNE, 0, 0, 1),
                                Programs.mov(0, 2),
                                Programs.exit()),
                        Map.of(),
                        "GPL",
                        Set.of(),
                        null,
                        List.of(),
                        List.of(new LinkedProgram.LineInfo(1, "a.c", "  int cpu = f();", 7, 3)));
        List<String> lines = JitCompiler.compile(program, JitOptions.verified(1)).listing();
        assertThat(lines)
                .contains(
                        "; int cpu = f(); @ a.c:7",
                        "1: (85) call bpf_get_smp_processor_id#8",
                        "2: (55) if r0 != 0x0 goto pc+1",
                        "4: (95) exit")
                .anyMatch(line -> line.contains("invokevirtual XdpMd.data()long"))
                .anyMatch(line -> line.contains("lreturn"));
        assertThat(lines.indexOf("1: (85) call bpf_get_smp_processor_id#8"))
                .isGreaterThan(lines.indexOf("; int cpu = f(); @ a.c:7"));
    }

    /// Where a path brings the context and another memory, the address decides at run time.
    @Test
    void loadsFromTheContextOrFromMemoryAsTheAddressTells() {
        Insn[] insns = {
            Programs.mov(7, 0x55),
            Programs.store(Opcode.DW, 10, -8, 7),
            Programs.load(Opcode.W, 6, 1, 0),
            Programs.load(Opcode.B, 6, 6, 0),
            Programs.jump(Opcode.JEQ, 6, 0, 2),
            Programs.movX(1, 10),
            Programs.add(1, -8 - 12),
            Programs.load(Opcode.W, 0, 1, 12),
            Programs.exit()
        };
        for (int first : new int[] {0, 1}) {
            try (Programs programs = new Programs()) {
                byte[] packet = new byte[64];
                packet[0] = (byte) first;
                var main = programs.install(Programs.xdp(insns), JitOptions.verified(1));
                assertThat(programs.run(main, packet)).isEqualTo(first == 0 ? 1 : 0x55);
            }
        }
    }
}
