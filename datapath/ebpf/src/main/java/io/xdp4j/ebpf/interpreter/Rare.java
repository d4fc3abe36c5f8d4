package io.xdp4j.ebpf.interpreter;

import io.xdp4j.ebpf.isa.Opcode;
import io.xdp4j.ebpf.vm.CheckedMemory;

/// The operations that programs seldom meet. HotSpot compiles the interpreter's loop well only while
/// it is small, so these are a call.
final class Rare {
    private static final long LOW = 0xffff_ffffL;

    private Rare() {}

    /// Runs the operation of that word and argument, see [Step]; returns the place that comes next.
    static int run(CheckedMemory memory, long[] r, int operation, long word, int slot, int next) {
        switch (operation & 0x7) {
            case Opcode.JMP, Opcode.JMP32 -> {
                return isMet(r, operation, word) ? next + (short) (word >> 16) : next;
            }
            case Opcode.LDX -> load(memory, r, operation, word, slot);
            case Opcode.ST -> store(memory, r, operation, word, slot);
            case Opcode.STX -> Atomics.run(memory, operation, word, r, slot);
            default -> compute(r, operation, word);
        }
        return next;
    }

    /// A comparison; the shorter ones sign-extend both sides, which changes none of these.
    private static boolean isMet(long[] r, int operation, long word) {
        boolean isShort = (operation & 0x7) == Opcode.JMP32;
        long first = r[(int) word & 0xf];
        long second = (operation & Opcode.X) != 0 ? r[(int) word >> 4 & 0xf] : word >> 32;
        long a = isShort ? (int) first : first;
        long b = isShort ? (int) second : second;
        return switch (operation & 0xf0) {
            case Opcode.JSET -> (a & b) != 0;
            case Opcode.JSGT -> a > b;
            case Opcode.JSGE -> a >= b;
            case Opcode.JSLT -> a < b;
            case Opcode.JSLE -> a <= b;
            case Opcode.JCOND -> isUsedUp(r);
            default -> throw unknown(operation);
        };
    }

    /// Counts a `may_goto`.
    private static boolean isUsedUp(long[] r) {
        return r[Interpreter.ROUNDS] == 0 || r[Interpreter.ROUNDS]-- < 0;
    }

    private static void load(CheckedMemory memory, long[] r, int operation, long word, int slot) {
        long address = r[(int) word >> 4 & 0xf] + (short) (word >> 16);
        r[(int) word & 0xf] =
                switch (operation) {
                    case Op.LOADS8 -> memory.loadSigned8(address, slot);
                    case Op.LOADS16 -> memory.loadSigned16(address, slot);
                    case Op.LOADS32 -> memory.loadSigned32(address, slot);
                    default -> throw unknown(operation);
                };
    }

    /// A constant.
    private static void store(CheckedMemory memory, long[] r, int operation, long word, int slot) {
        long address = r[(int) word & 0xf] + (short) (word >> 16);
        long value = word >> 32;
        switch (operation) {
            case Op.STORE_K8 -> memory.store8(address, value, slot);
            case Op.STORE_K16 -> memory.store16(address, value, slot);
            case Op.STORE_K32 -> memory.store32(address, value, slot);
            case Op.STORE_K64 -> memory.store64(address, value, slot);
            default -> throw unknown(operation);
        }
    }

    private static void compute(long[] r, int operation, long word) {
        int d = (int) word & 0xf;
        int s = (int) word >> 4 & 0xf;
        int t = (int) word >> 8 & 0xf;
        long arg = word >> 32;
        switch (operation) {
            case Op.DIV64_K -> r[d] = Arithmetic.div64(r[s], arg);
            case Op.DIV64_X -> r[d] = Arithmetic.div64(r[s], r[t]);
            case Op.MOD64_K -> r[d] = Arithmetic.mod64(r[s], arg);
            case Op.MOD64_X -> r[d] = Arithmetic.mod64(r[s], r[t]);
            case Op.ARSH64_X -> r[d] = r[s] >> r[t];
            case Op.DIV32_K -> r[d] = Arithmetic.div32((int) r[s], (int) arg);
            case Op.DIV32_X -> r[d] = Arithmetic.div32((int) r[s], (int) r[t]);
            case Op.MOD32_K -> r[d] = Arithmetic.mod32((int) r[s], (int) arg);
            case Op.MOD32_X -> r[d] = Arithmetic.mod32((int) r[s], (int) r[t]);
            case Op.ARSH32_K -> r[d] = (int) r[s] >> (int) arg & LOW;
            case Op.ARSH32_X -> r[d] = (int) r[s] >> (int) r[t] & LOW;
            case Op.NEG64 -> r[d] = -r[s];
            case Op.NEG32 -> r[d] = -r[s] & LOW;
            case Op.SDIV64_K -> r[d] = Arithmetic.sdiv64(r[s], arg);
            case Op.SDIV64_X -> r[d] = Arithmetic.sdiv64(r[s], r[t]);
            case Op.SDIV32_K -> r[d] = Arithmetic.sdiv32((int) r[s], (int) arg);
            case Op.SDIV32_X -> r[d] = Arithmetic.sdiv32((int) r[s], (int) r[t]);
            case Op.SMOD64_K -> r[d] = Arithmetic.smod64(r[s], arg);
            case Op.SMOD64_X -> r[d] = Arithmetic.smod64(r[s], r[t]);
            case Op.SMOD32_K -> r[d] = Arithmetic.smod32((int) r[s], (int) arg);
            case Op.SMOD32_X -> r[d] = Arithmetic.smod32((int) r[s], (int) r[t]);
            case Op.MOVS8_64 -> r[d] = (byte) r[s];
            case Op.MOVS16_64 -> r[d] = (short) r[s];
            case Op.MOVS32_64 -> r[d] = (int) r[s];
            case Op.MOVS8_32 -> r[d] = (byte) r[s] & LOW;
            case Op.MOVS16_32 -> r[d] = (short) r[s] & LOW;
            case Op.TO_LE -> r[d] = Arithmetic.truncate(r[s], (int) arg);
            default -> throw unknown(operation);
        }
    }

    private static IllegalStateException unknown(int operation) {
        return new IllegalStateException("0x" + Integer.toHexString(operation) + ": not decoded");
    }
}
