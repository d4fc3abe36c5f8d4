package io.xdp4j.ebpf.jit;

import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Programs of arithmetic, branches, loops, stack and packet accesses that end and stay in bounds.
///
/// r9 counts loop rounds, r8 points to 64 bytes of packet; r0 to r7 are anything.
final class RandomProgram {
    private static final int[] OPERATIONS = {
        Opcode.ADD,
        Opcode.SUB,
        Opcode.MUL,
        Opcode.DIV,
        Opcode.OR,
        Opcode.AND,
        Opcode.LSH,
        Opcode.RSH,
        Opcode.NEG,
        Opcode.MOD,
        Opcode.XOR,
        Opcode.MOV,
        Opcode.ARSH
    };
    private static final int[] JUMPS = {
        Opcode.JEQ,
        Opcode.JGT,
        Opcode.JGE,
        Opcode.JSET,
        Opcode.JNE,
        Opcode.JSGT,
        Opcode.JSGE,
        Opcode.JLT,
        Opcode.JLE,
        Opcode.JSLT,
        Opcode.JSLE
    };
    private static final int[] SIZES = {Opcode.B, Opcode.H, Opcode.W, Opcode.DW};
    private static final int[] ATOMICS = {
        Opcode.ADD,
        Opcode.OR,
        Opcode.AND,
        Opcode.XOR,
        Opcode.ADD | 1,
        Opcode.OR | 1,
        Opcode.AND | 1,
        Opcode.XOR | 1,
        Opcode.XCHG,
        Opcode.CMPXCHG
    };
    private static final int[] VALUES = {
        0,
        1,
        -1,
        2,
        3,
        7,
        31,
        32,
        63,
        64,
        255,
        256,
        65535,
        65536,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        0x1234_5678
    };

    private final Random random;
    private final List<Insn> insns = new ArrayList<>();

    private RandomProgram(long seed) {
        this.random = new Random(seed);
    }

    static List<Insn> of(long seed, int statements) {
        RandomProgram program = new RandomProgram(seed);
        program.prologue();
        program.body(statements, 2);
        program.epilogue();
        return List.copyOf(program.insns);
    }

    private void add(int opcode, int dst, int src, int off, int imm) {
        insns.add(new Insn(opcode, dst, src, off, imm));
    }

    private void prologue() {
        add(Opcode.LDX | Opcode.MEM | Opcode.W, 8, 1, 0, 0);
        add(Opcode.LDX | Opcode.MEM | Opcode.W, 2, 1, 4, 0);
        add(Opcode.ALU64 | Opcode.MOV | Opcode.X, 3, 8, 0, 0);
        add(Opcode.ALU64 | Opcode.ADD, 3, 0, 0, 64);
        add(Opcode.ALU64 | Opcode.MOV, 0, 0, 0, 0);
        add(Opcode.JMP | Opcode.JLE | Opcode.X, 3, 2, 1, 0);
        insns.add(Programs.exit());
        for (int offset = -64; offset < 0; offset += 8) {
            add(Opcode.ST | Opcode.MEM | Opcode.DW, 10, 0, offset, value());
        }
        for (int register = 0; register < 8; register++) {
            add(Opcode.LD_IMM64, register, 0, 0, value());
            add(0, 0, 0, 0, value());
        }
    }

    /// Every other program returns a few low bits only: then upper halves matter to nobody.
    private void epilogue() {
        boolean cuts = random.nextBoolean();
        for (int register = 1; register < 8; register++) {
            add(Opcode.ALU64 | Opcode.MUL, 0, 0, 0, 31);
            add(Opcode.ALU64 | Opcode.XOR | Opcode.X, 0, register, 0, 0);
        }
        for (int offset = -64; offset < 0; offset += 8) {
            add(Opcode.LDX | Opcode.MEM | Opcode.DW, 1, 10, offset, 0);
            add(Opcode.ALU64 | Opcode.MUL, 0, 0, 0, 31);
            add(Opcode.ALU64 | Opcode.ADD | Opcode.X, 0, 1, 0, 0);
        }
        if (cuts) {
            cut();
        }
        insns.add(Programs.exit());
    }

    private void cut() {
        switch (random.nextInt(4)) {
            case 0 -> extend(0, Opcode.RSH, 32);
            case 1 -> add(Opcode.ALU64 | Opcode.AND, 0, 0, 0, 1 << random.nextInt(31));
            case 2 -> extend(0, Opcode.ARSH, 32 + random.nextInt(32));
            default -> add(Opcode.ALU | Opcode.ADD, 0, 0, 0, value());
        }
    }

    /// What compilers without 32-bit instructions write for a 32-bit value.
    private void extend(int register, int shift, int by) {
        add(Opcode.ALU64 | Opcode.LSH, register, 0, 0, 32);
        add(Opcode.ALU64 | shift, register, 0, 0, by);
    }

    private void narrow() {
        int register = register();
        if (random.nextBoolean()) {
            extend(
                    register,
                    random.nextBoolean() ? Opcode.RSH : Opcode.ARSH,
                    32 + random.nextInt(32));
            return;
        }
        int mask = register();
        add(Opcode.LD_IMM64, mask, 0, 0, value());
        add(0, 0, 0, 0, 0);
        add(Opcode.ALU64 | Opcode.AND | Opcode.X, register, mask, 0, 0);
        int shift = random.nextBoolean() ? Opcode.RSH : Opcode.ARSH;
        add(Opcode.ALU64 | shift, register, 0, 0, random.nextInt(64));
    }

    private int value() {
        return random.nextInt(4) == 0 ? random.nextInt() : VALUES[random.nextInt(VALUES.length)];
    }

    private int register() {
        return random.nextInt(8);
    }

    private static int pick(Random random, int[] from) {
        return from[random.nextInt(from.length)];
    }

    private void body(int statements, int loopDepth) {
        for (int i = 0; i < statements; i++) {
            switch (random.nextInt(13)) {
                case 0, 1, 2, 3, 4 -> arithmetic();
                case 5 -> move();
                case 6 -> swap();
                case 7, 8 -> memory();
                case 9 -> branch(loopDepth);
                case 10 -> atomic();
                case 11 -> narrow();
                default -> loop(loopDepth);
            }
        }
    }

    private void arithmetic() {
        int op = pick(random, OPERATIONS);
        int width = random.nextBoolean() ? Opcode.ALU : Opcode.ALU64;
        boolean register = op != Opcode.NEG && random.nextBoolean();
        boolean divides = op == Opcode.DIV || op == Opcode.MOD;
        int off = divides && random.nextInt(3) == 0 ? 1 : 0;
        int imm = value();
        if (op == Opcode.LSH || op == Opcode.RSH || op == Opcode.ARSH) {
            imm &= width == Opcode.ALU ? 31 : 63;
        }
        if ((divides && imm == 0) || op == Opcode.NEG) {
            imm = divides ? 5 : 0;
        }
        if (register) {
            add(width | op | Opcode.X, register(), register(), off, 0);
        } else {
            add(width | op, register(), 0, off, imm);
        }
    }

    private void move() {
        if (random.nextBoolean()) {
            int off = new int[] {8, 16, 32}[random.nextInt(3)];
            add(Opcode.ALU64 | Opcode.MOV | Opcode.X, register(), register(), off, 0);
        } else {
            int off = random.nextBoolean() ? 8 : 16;
            add(Opcode.ALU | Opcode.MOV | Opcode.X, register(), register(), off, 0);
        }
    }

    private void swap() {
        int bits = 16 << random.nextInt(3);
        int opcode =
                switch (random.nextInt(3)) {
                    case 0 -> Opcode.ALU | Opcode.END;
                    case 1 -> Opcode.ALU | Opcode.END | Opcode.X;
                    default -> Opcode.ALU64 | Opcode.END;
                };
        add(opcode, register(), 0, 0, bits);
    }

    /// Accesses to aligned stack slots mix sizes for some slots and not for others.
    private void memory() {
        boolean stack = random.nextInt(3) != 0;
        int slot = random.nextInt(8);
        int size = slot < 4 ? Opcode.DW : pick(random, SIZES);
        int bytes = Transfer.size(new Insn(Opcode.LDX | size, 0, 0, 0, 0));
        int inSlot = random.nextInt(8 / bytes) * bytes;
        int base = stack ? 10 : 8;
        int off = (stack ? -64 : 0) + slot * 8 + inSlot;
        switch (random.nextInt(4)) {
            case 0 -> add(Opcode.ST | Opcode.MEM | size, base, 0, off, value());
            case 1 -> add(Opcode.STX | Opcode.MEM | size, base, register(), off, 0);
            case 2 -> add(Opcode.LDX | Opcode.MEM | size, register(), base, off, 0);
            default -> {
                int mode = size == Opcode.DW ? Opcode.MEM : Opcode.MEMSX;
                add(Opcode.LDX | mode | size, register(), base, off, 0);
            }
        }
    }

    private void atomic() {
        int size = random.nextBoolean() ? Opcode.W : Opcode.DW;
        int slot = random.nextInt(8);
        add(
                Opcode.STX | Opcode.ATOMIC | size,
                10,
                register(),
                -64 + slot * 8,
                pick(random, ATOMICS));
    }

    private void branch(int loopDepth) {
        int at = insns.size();
        boolean register = random.nextBoolean();
        int width = random.nextBoolean() ? Opcode.JMP : Opcode.JMP32;
        int opcode = width | pick(random, JUMPS) | (register ? Opcode.X : 0);
        int dst = register();
        int src = register ? register() : 0;
        int imm = register ? 0 : value();
        add(opcode, dst, src, 0, imm);
        body(1 + random.nextInt(4), loopDepth);
        int over = insns.size() - at - 1;
        insns.set(at, new Insn(opcode, dst, src, over, imm));
    }

    /// Rounds are counted on the stack, below what the rest of the program uses.
    private void loop(int depth) {
        if (depth == 0) {
            return;
        }
        int counter = -64 - 8 * depth;
        add(Opcode.ST | Opcode.MEM | Opcode.DW, 10, 0, counter, 1 + random.nextInt(3));
        int start = insns.size();
        body(1 + random.nextInt(4), depth - 1);
        add(Opcode.LDX | Opcode.MEM | Opcode.DW, 9, 10, counter, 0);
        add(Opcode.ALU64 | Opcode.SUB, 9, 0, 0, 1);
        add(Opcode.STX | Opcode.MEM | Opcode.DW, 10, 9, counter, 0);
        add(Opcode.JMP | Opcode.JNE, 9, 0, start - insns.size() - 1, 0);
    }
}
