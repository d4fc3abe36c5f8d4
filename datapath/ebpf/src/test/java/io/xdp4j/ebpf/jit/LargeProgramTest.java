package io.xdp4j.ebpf.jit;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.ebpf.interpreter.Interpreter;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import io.xdp4j.ebpf.program.LinkedProgram;
import java.lang.classfile.ClassFile;
import java.lang.classfile.attribute.CodeAttribute;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class LargeProgramTest {
    private static final int HOTSPOT_LIMIT = 8000;

    @Test
    void runsFiveThousandRandomInstructions() {
        agrees(Programs.xdp("large", RandomProgram.of(7, 2600), Map.of()), 5_000);
    }

    @Test
    void runsTwentyThousandRandomInstructions() {
        agrees(Programs.xdp("huge", RandomProgram.of(11, 9500), Map.of()), 20_000);
    }

    @Test
    void runsStraightLines() {
        List<Insn> insns = new ArrayList<>();
        insns.add(Programs.mov(0, 1));
        for (int i = 0; i < 20_000; i++) {
            insns.add(new Insn(Opcode.ALU64 | Opcode.MUL, 0, 0, 0, 3));
            insns.add(Programs.add(0, i));
        }
        insns.add(Programs.exit());
        agrees(Programs.xdp("straight", insns, Map.of()), 40_000);
    }

    /// A packet byte picks one of many ways at each of many forks, so every piece is entered from
    /// many places.
    @Test
    void runsDeepBranches() {
        List<Insn> insns = new ArrayList<>();
        insns.add(Programs.load(Opcode.W, 8, 1, 0));
        insns.add(Programs.mov(0, 0));
        for (int i = 0; i < 3_000; i++) {
            insns.add(Programs.load(Opcode.B, 2, 8, i % 60));
            insns.add(Programs.jump(Opcode.JGT, 2, 100, 2));
            insns.add(Programs.add(0, i));
            insns.add(Programs.jump(Opcode.JA, 0, 0, 1));
            insns.add(new Insn(Opcode.ALU64 | Opcode.MUL, 0, 0, 0, 31));
            insns.add(Programs.jump(Opcode.JSET, 2, 1, Math.min(600, 6 * (3_000 - i) - 6)));
        }
        insns.add(Programs.exit());
        agrees(Programs.xdp("deep", insns, Map.of()), 18_000);
    }

    /// A loop that fits no method: its pieces hand over through the machine.
    @Test
    void runsALoopAcrossPieces() {
        List<Insn> insns = new ArrayList<>();
        insns.add(Programs.mov(6, 200));
        insns.add(Programs.mov(0, 1));
        int start = insns.size();
        for (int i = 0; i < 3_000; i++) {
            insns.add(new Insn(Opcode.ALU64 | Opcode.MUL, 0, 0, 0, 5));
            insns.add(new Insn(Opcode.ALU | Opcode.XOR, 0, 0, 0, i));
        }
        insns.add(Programs.add(6, -1));
        insns.add(Programs.jump(Opcode.JNE, 6, 0, start - insns.size() - 1));
        insns.add(Programs.exit());
        agrees(Programs.xdp("loop", insns, Map.of()), 6_000);
    }

    @Test
    void givesTheSameBytesEveryTime() {
        LinkedProgram program = Programs.xdp("same", RandomProgram.of(3, 800), Map.of());
        assertThat(JitCompiler.compile(program, JitOptions.verified(1)).classFile())
                .isEqualTo(JitCompiler.compile(program, JitOptions.verified(2)).classFile());
    }

    private static void agrees(LinkedProgram program, int atLeast) {
        assertThat(program.insns().size()).isGreaterThanOrEqualTo(atLeast);
        byte[] packet = new byte[64];
        for (int i = 0; i < packet.length; i++) {
            packet[i] = (byte) (i * 53);
        }
        try (Programs programs = new Programs()) {
            long expected = programs.run(Interpreter.load(program, 1).main(), packet.clone());
            CompiledProgram raw = JitCompiler.compile(program, JitOptions.verified(1));
            assertThat(programs.run(raw.main(), packet.clone())).isEqualTo(expected);
            assertThat(largestMethod(raw)).isLessThan(HOTSPOT_LIMIT);
            CompiledProgram checked = JitCompiler.compile(program, JitOptions.checked(1));
            assertThat(programs.run(checked.main(), packet.clone())).isEqualTo(expected);
        }
    }

    private static int largestMethod(CompiledProgram program) {
        List<Integer> lengths = new ArrayList<>();
        ClassFile.of()
                .parse(program.classFile())
                .methods()
                .forEach(method ->
                        method.code()
                                .ifPresent(
                                        code -> lengths.add(((CodeAttribute) code).codeLength())));
        return Collections.max(lengths);
    }
}
