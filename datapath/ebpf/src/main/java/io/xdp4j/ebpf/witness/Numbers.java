package io.xdp4j.ebpf.witness;

import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import java.util.Random;

/// The arithmetic of the instruction set on plain numbers, as far as a [PathWalk] needs it.
final class Numbers {
    private static final int BRUTE = 1 << 16;
    private static final int TRIES = 4096;

    private Numbers() {}

    static long read(byte[] bytes, int at, int size, boolean signed) {
        long value = 0;
        for (int i = size - 1; i >= 0; i--) {
            value = (value << 8) | (bytes[at + i] & 0xff);
        }
        return extend(value, size, signed);
    }

    static void write(byte[] bytes, int at, int size, long value) {
        for (int i = 0; i < size; i++) {
            bytes[at + i] = (byte) (value >>> (i * 8));
        }
    }

    static long extend(long value, int size, boolean signed) {
        int unused = 64 - size * 8;
        return signed ? value << unused >> unused : value << unused >>> unused;
    }

    /// What an instruction makes of its operands.
    static long apply(long dst, long src, Insn insn) {
        boolean wide = insn.opClass() == Opcode.ALU64;
        int operation = insn.opcode() & 0xf0;
        if (operation == Opcode.END) {
            return swapped(dst, insn);
        }
        if (operation == Opcode.MOV) {
            long value = insn.off() == 0 ? dst : extend(dst, insn.off() / 8, true);
            return wide ? value : value & 0xffff_ffffL;
        }
        long number = wide ? dst : dst & 0xffff_ffffL;
        long by = wide ? src : src & 0xffff_ffffL;
        int shift = (int) by & (wide ? 63 : 31);
        long value =
                switch (operation) {
                    case Opcode.ADD -> number + by;
                    case Opcode.SUB -> number - by;
                    case Opcode.MUL -> number * by;
                    case Opcode.DIV -> by == 0 ? 0 : Long.divideUnsigned(number, by);
                    case Opcode.MOD -> by == 0 ? number : Long.remainderUnsigned(number, by);
                    case Opcode.OR -> number | by;
                    case Opcode.AND -> number & by;
                    case Opcode.XOR -> number ^ by;
                    case Opcode.LSH -> number << shift;
                    case Opcode.RSH -> number >>> shift;
                    case Opcode.ARSH -> wide ? number >> shift : (int) number >> shift;
                    case Opcode.NEG -> -number;
                    default -> number;
                };
        return wide ? value : value & 0xffff_ffffL;
    }

    private static long swapped(long number, Insn insn) {
        boolean swaps = insn.opClass() == Opcode.ALU64 || (insn.opcode() & Opcode.X) != 0;
        return switch (insn.imm()) {
            case 16 -> swaps ? Short.reverseBytes((short) number) & 0xffffL : number & 0xffffL;
            case 32 ->
                    swaps
                            ? Integer.reverseBytes((int) number) & 0xffff_ffffL
                            : number & 0xffff_ffffL;
            default -> swaps ? Long.reverseBytes(number) : number;
        };
    }

    /// The outcome of a comparison.
    static boolean holds(Insn insn, long dst, long src) {
        boolean narrow = insn.opClass() == Opcode.JMP32;
        long a = narrow ? (int) dst : dst;
        long b = narrow ? (int) src : src;
        int unsigned =
                narrow ? Integer.compareUnsigned((int) a, (int) b) : Long.compareUnsigned(a, b);
        return switch (insn.opcode() & 0xf0) {
            case Opcode.JEQ -> a == b;
            case Opcode.JNE -> a != b;
            case Opcode.JSET -> (a & b) != 0;
            case Opcode.JGT -> unsigned > 0;
            case Opcode.JGE -> unsigned >= 0;
            case Opcode.JLT -> unsigned < 0;
            case Opcode.JLE -> unsigned <= 0;
            case Opcode.JSGT -> a > b;
            case Opcode.JSGE -> a >= b;
            case Opcode.JSLT -> a < b;
            case Opcode.JSLE -> a <= b;
            default -> false;
        };
    }

    /// Values worth trying for bytes whose number is compared with `other`: all of small ones, the
    /// likely ones and chance for larger.
    static long[] candidates(int size, long other, Random random) {
        if (size <= 2) {
            long[] all = new long[size == 1 ? 256 : BRUTE];
            for (int i = 0; i < all.length; i++) {
                all[i] = i;
            }
            return all;
        }
        long[] tries = new long[TRIES];
        int at = 0;
        for (int delta = -1; delta <= 1; delta++) {
            long near = other + delta;
            tries[at++] = near;
            tries[at++] = Integer.reverseBytes((int) near) & 0xffff_ffffL;
            tries[at++] = Long.reverseBytes(near);
            for (int shift = 1; shift < 32; shift++) {
                tries[at++] = near << shift;
                tries[at++] = Integer.reverseBytes((int) near << shift) & 0xffff_ffffL;
            }
        }
        tries[at++] = 0;
        tries[at++] = -1;
        while (at < TRIES) {
            tries[at++] = random.nextLong() >>> random.nextInt(64);
        }
        return tries;
    }
}
