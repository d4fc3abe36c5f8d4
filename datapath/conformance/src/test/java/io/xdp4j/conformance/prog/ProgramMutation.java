package io.xdp4j.conformance.prog;

import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/// Makes programs nobody wrote out of ones that somebody did: one to three small changes each, of
/// the kind that turns a right bounds check into a wrong one.
final class ProgramMutation {
    private static final int[] NUMBERS = {
        0,
        1,
        -1,
        2,
        4,
        7,
        8,
        13,
        14,
        16,
        31,
        32,
        63,
        64,
        127,
        255,
        256,
        511,
        512,
        0x7fff,
        0xffff,
        0x7fff_ffff,
        0x8000_0000
    };

    private final RandomGenerator random;

    ProgramMutation(RandomGenerator random) {
        this.random = random;
    }

    List<Insn> of(List<Insn> program) {
        List<Insn> changed = new ArrayList<>(program);
        for (int i = random.nextInt(3); i >= 0; i--) {
            int at = random.nextInt(changed.size());
            boolean second = at > 0 && changed.get(at - 1).isLoadImm64();
            if (!second) {
                change(changed, at);
            }
        }
        return changed;
    }

    private void change(List<Insn> program, int at) {
        Insn insn = program.get(at);
        boolean wide = insn.isLoadImm64();
        switch (random.nextInt(10)) {
            case 0, 1 -> program.set(at, insn.withImm(wide ? insn.imm() : number(insn.imm())));
            case 2, 3 -> program.set(at, wide ? insn : insn.withOff(offset(insn)));
            case 4 ->
                    program.set(
                            at,
                            new Insn(
                                    insn.opcode(),
                                    random.nextInt(11),
                                    insn.src(),
                                    insn.off(),
                                    insn.imm()));
            case 5 -> program.set(at, wide ? insn : insn.withSrc(random.nextInt(11)));
            case 6 -> program.set(at, operation(insn));
            case 7 -> {
                if (!wide) {
                    program.set(at, new Insn(Opcode.JMP | Opcode.JA, 0, 0, 0, 0));
                }
            }
            case 8 -> program.set(at, size(insn));
            default -> {
                int other = Math.min(at + 1, program.size() - 1);
                if (!wide && !program.get(other).isLoadImm64()) {
                    program.set(at, program.get(other));
                    program.set(other, insn);
                }
            }
        }
    }

    private int number(int before) {
        return switch (random.nextInt(4)) {
            case 0 -> before + 1;
            case 1 -> before - 1;
            default -> NUMBERS[random.nextInt(NUMBERS.length)];
        };
    }

    private int offset(Insn insn) {
        int step = random.nextInt(4) == 0 ? random.nextInt(-16, 17) : random.nextInt(-1, 2);
        return (short) (insn.off() + step);
    }

    /// Another operation of the same class, another comparison for a comparison.
    private Insn operation(Insn insn) {
        int operation = random.nextInt(14) << 4;
        return switch (insn.opClass()) {
            case Opcode.ALU, Opcode.ALU64, Opcode.JMP, Opcode.JMP32 ->
                    new Insn(
                            insn.opcode() & 0x0f | operation,
                            insn.dst(),
                            insn.src(),
                            insn.off(),
                            insn.imm());
            default -> size(insn);
        };
    }

    /// Another width: of the access, or of the arithmetic.
    private Insn size(Insn insn) {
        int opcode =
                switch (insn.opClass()) {
                    case Opcode.ALU, Opcode.ALU64 -> insn.opcode() ^ 3;
                    case Opcode.JMP, Opcode.JMP32 -> insn.opcode() ^ 3;
                    case Opcode.LDX, Opcode.ST, Opcode.STX ->
                            insn.opcode() & ~0x18 | random.nextInt(4) << 3;
                    default -> insn.opcode();
                };
        return new Insn(opcode, insn.dst(), insn.src(), insn.off(), insn.imm());
    }
}
