package io.xdp4j.ebpf.isa;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Well-formed instructions from a seed: every opcode and every form of it, corner values and others.
public final class RandomInsns {
    private static final int[] CORNERS = {
        0,
        1,
        -1,
        2,
        7,
        8,
        16,
        31,
        32,
        63,
        64,
        127,
        128,
        255,
        256,
        0x7fff,
        -0x8000,
        0xffff,
        0x10000,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE
    };
    private static final int[] ATOMICS = {
        Opcode.ADD,
        Opcode.ADD | Opcode.FETCH,
        Opcode.OR,
        Opcode.OR | Opcode.FETCH,
        Opcode.AND,
        Opcode.AND | Opcode.FETCH,
        Opcode.XOR,
        Opcode.XOR | Opcode.FETCH,
        Opcode.XCHG,
        Opcode.CMPXCHG,
        Opcode.LOAD_ACQ,
        Opcode.STORE_REL
    };

    private final Random random;

    public RandomInsns(long seed) {
        random = new Random(seed);
    }

    /// All opcode bytes that the kernel knows.
    public static List<Integer> opcodes() {
        List<Integer> opcodes = new ArrayList<>();
        for (int opcode = 0; opcode < 256; opcode++) {
            if (InsnValidator.isKnown(opcode)) {
                opcodes.add(opcode);
            }
        }
        return opcodes;
    }

    /// A well-formed instruction with that opcode; a 64-bit immediate load has two slots.
    public List<Insn> next(int opcode) {
        while (true) {
            Insn insn =
                    new Insn(opcode, register(), source(opcode), offset(opcode), immediate(opcode));
            if (InsnValidator.problem(insn) == null && !hasIgnoredField(insn)) {
                return insn.isLoadImm64() ? List.of(insn, second(insn)) : List.of(insn);
            }
        }
    }

    /// The kernel does not look at the offset of an exit, so text does not carry it.
    private static boolean hasIgnoredField(Insn insn) {
        boolean exit = insn.opcode() == (Opcode.JMP | Opcode.EXIT) && insn.off() != 0;
        boolean kfunc = insn.opcode() == (Opcode.JMP | Opcode.CALL) && insn.off() < 0;
        return exit || kfunc || (insn.isLoadImm64() && insn.src() > Opcode.PSEUDO_MAP_IDX_VALUE);
    }

    private Insn second(Insn first) {
        boolean unused =
                first.src() == Opcode.PSEUDO_MAP_FD
                        || first.src() == Opcode.PSEUDO_MAP_IDX
                        || first.src() == Opcode.PSEUDO_FUNC;
        return new Insn(0, 0, 0, 0, unused ? 0 : corner());
    }

    private int register() {
        return random.nextInt(3) == 0 ? 0 : random.nextInt(11);
    }

    private int source(int opcode) {
        return opcode == Opcode.LD_IMM64 ? random.nextInt(7) : register();
    }

    private int offset(int opcode) {
        int type = opcode & 7;
        boolean arithmetic = type == Opcode.ALU || type == Opcode.ALU64;
        if (arithmetic && random.nextBoolean()) {
            int[] forms = {1, 8, 16, 32};
            return forms[random.nextInt(forms.length)];
        }
        return arithmetic || random.nextInt(3) == 0 ? 0 : (short) corner();
    }

    private int immediate(int opcode) {
        if ((opcode & 0xe7) == (Opcode.STX | Opcode.ATOMIC)) {
            return ATOMICS[random.nextInt(ATOMICS.length)];
        }
        return random.nextInt(3) == 0 ? 0 : corner();
    }

    private int corner() {
        return random.nextBoolean() ? CORNERS[random.nextInt(CORNERS.length)] : random.nextInt();
    }
}
