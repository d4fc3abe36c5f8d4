package io.xdp4j.testkit.ebpf;

import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Changes a few instructions of a program: operands, offsets, immediates, operations, sizes.
///
/// The changed program is a function of the program and the seed. Its length stays, so that function
/// and line information still fits.
///
/// Thread: any.
public final class ProgramMutator {
    private static final int[] INTERESTING = {
        0, 1, -1, 2, 7, 8, 16, 31, 32, 63, 64, 255, 256, 65535, 0x7fff_ffff, 0x8000_0000
    };

    private final Random random;
    private final List<Insn> insns;

    private ProgramMutator(List<Insn> insns, long seed) {
        this.insns = new ArrayList<>(insns);
        this.random = new Random(seed);
    }

    /// A copy with one to three instructions changed.
    public static List<Insn> mutate(List<Insn> insns, long seed) {
        ProgramMutator mutator = new ProgramMutator(insns, seed);
        for (int i = 1 + mutator.random.nextInt(3); i > 0; i--) {
            mutator.change();
        }
        return List.copyOf(mutator.insns);
    }

    private void change() {
        int at = random.nextInt(insns.size());
        Insn insn = insns.get(at);
        boolean secondSlot = at > 0 && insns.get(at - 1).isLoadImm64();
        if (secondSlot || insn.isLoadImm64()) {
            return;
        }
        insns.set(
                at,
                switch (random.nextInt(9)) {
                    case 0 -> insn.withOff((short) (insn.off() + random.nextInt(-8, 9)));
                    case 1 -> insn.withImm(insn.imm() + random.nextInt(-2, 3));
                    case 2 -> insn.withImm(INTERESTING[random.nextInt(INTERESTING.length)]);
                    case 3 -> insn.withSrc(random.nextInt(10));
                    case 4 ->
                            new Insn(
                                    insn.opcode(),
                                    random.nextInt(10),
                                    insn.src(),
                                    insn.off(),
                                    insn.imm());
                    case 5 -> withOpcode(insn, operation(insn));
                    case 6 -> withOpcode(insn, width(insn));
                    case 7 -> insn.withOff((short) (insn.off() + (random.nextBoolean() ? 1 : -1)));
                    default -> insns.get(other(at));
                });
    }

    private static Insn withOpcode(Insn insn, int opcode) {
        return new Insn(opcode, insn.dst(), insn.src(), insn.off(), insn.imm());
    }

    /// Another operation of the same class, or another size of access.
    private int operation(Insn insn) {
        return switch (insn.opClass()) {
            case Opcode.LDX, Opcode.ST, Opcode.STX ->
                    (insn.opcode() & ~0x18) | (random.nextInt(4) << 3);
            default -> (insn.opcode() & 0x0f) | (random.nextInt(14) << 4);
        };
    }

    /// The other width, or the other kind of operand.
    private int width(Insn insn) {
        return switch (insn.opClass()) {
            case Opcode.ALU, Opcode.ALU64 -> insn.opcode() ^ 0x03;
            case Opcode.JMP, Opcode.JMP32 -> insn.opcode() ^ 0x03;
            default -> insn.opcode() ^ Opcode.X;
        };
    }

    /// An instruction that may be copied: not half of a wide one.
    private int other(int at) {
        int found = random.nextInt(insns.size());
        boolean wide =
                insns.get(found).isLoadImm64() || (found > 0 && insns.get(found - 1).isLoadImm64());
        return wide ? at : found;
    }
}
