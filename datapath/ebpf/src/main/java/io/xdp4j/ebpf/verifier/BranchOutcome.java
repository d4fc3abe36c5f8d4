package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.isa.Opcode;

/// Which way a conditional jump must go, where the registers' ranges tell.
///
/// Kernel: `is_branch_taken`.
final class BranchOutcome {
    static final int NEVER = 0;
    static final int ALWAYS = 1;
    static final int UNKNOWN = -1;

    /// [RegState#range] of a packet pointer known to be at the end or beyond.
    static final int AT_PACKET_END = -1;

    static final int BEYOND_PACKET_END = -2;

    private BranchOutcome() {}

    /// The condition with its operands swapped.
    static int flipped(int op) {
        return switch (op) {
            case Opcode.JGE -> Opcode.JLE;
            case Opcode.JGT -> Opcode.JLT;
            case Opcode.JLE -> Opcode.JGE;
            case Opcode.JLT -> Opcode.JGT;
            case Opcode.JSGE -> Opcode.JSLE;
            case Opcode.JSGT -> Opcode.JSLT;
            case Opcode.JSLE -> Opcode.JSGE;
            case Opcode.JSLT -> Opcode.JSGT;
            default -> op;
        };
    }

    static int of(RegState a, RegState b, int op, boolean jmp32) {
        if (a.type.isPacketOrEnd() && b.type.isPacketOrEnd() && !jmp32) {
            return ofPackets(a, b, op);
        }
        if (!a.isScalar() || !b.isScalar()) {
            return ofPointer(a, b, op, jmp32);
        }
        return ofScalars(a, b, op, jmp32);
    }

    private static int ofPackets(RegState a, RegState b, int op) {
        RegState packet;
        int as = op;
        if (b.is(RegType.PACKET_END)) {
            packet = a;
        } else if (a.is(RegType.PACKET_END)) {
            packet = b;
            as = flipped(op);
        } else {
            return UNKNOWN;
        }
        if (packet.range >= 0) {
            return UNKNOWN;
        }
        boolean beyond = packet.range == BEYOND_PACKET_END;
        return switch (as) {
            case Opcode.JLE, Opcode.JGT -> beyond ? truth(as == Opcode.JGT) : UNKNOWN;
            case Opcode.JLT, Opcode.JGE ->
                    beyond || packet.range == AT_PACKET_END ? truth(as == Opcode.JGE) : UNKNOWN;
            default -> UNKNOWN;
        };
    }

    private static int truth(boolean taken) {
        return taken ? ALWAYS : NEVER;
    }

    /// A valid pointer is never null.
    private static int ofPointer(RegState a, RegState b, int op, boolean jmp32) {
        RegState pointer = b.isConst(jmp32) ? a : b;
        RegState constant = b.isConst(jmp32) ? b : a;
        if (!constant.isConst(jmp32) || !isNeverNull(pointer) || constant.constValue(jmp32) != 0) {
            return UNKNOWN;
        }
        return switch (op) {
            case Opcode.JEQ -> NEVER;
            case Opcode.JNE -> ALWAYS;
            default -> UNKNOWN;
        };
    }

    private static boolean isNeverNull(RegState reg) {
        // an unbounded offset could wrap around to null
        if (reg.mayBeNull()
                || reg.smin <= -InsnSanity.MAX_VAR_OFF
                || reg.smax >= InsnSanity.MAX_VAR_OFF) {
            return false;
        }
        return switch (reg.type) {
            case SOCKET, TCP_SOCK, XDP_SOCK, MAP_VALUE, MAP_KEY, SOCK_COMMON, MAP_PTR -> true;
            case MEM -> !reg.has(RegType.UNTRUSTED);
            case BTF_ID -> reg.has(RegType.TRUSTED | RegType.ALLOC) || reg.refObjId != 0;
            default -> false;
        };
    }

    private static int ofScalars(RegState a, RegState b, int op, boolean jmp32) {
        return switch (op) {
            case Opcode.JEQ -> ofEqual(a, b, jmp32);
            case Opcode.JNE -> {
                int equal = ofEqual(a, b, jmp32);
                yield equal == UNKNOWN ? UNKNOWN : 1 - equal;
            }
            case Opcode.JSET -> ofBits(a, b, jmp32);
            case Opcode.JGT -> ofGreater(a, b, jmp32);
            case Opcode.JLT -> ofGreater(b, a, jmp32);
            case Opcode.JGE -> not(ofGreater(b, a, jmp32));
            case Opcode.JLE -> not(ofGreater(a, b, jmp32));
            case Opcode.JSGT -> ofSignedGreater(a, b, jmp32);
            case Opcode.JSLT -> ofSignedGreater(b, a, jmp32);
            case Opcode.JSGE -> not(ofSignedGreater(b, a, jmp32));
            default -> not(ofSignedGreater(a, b, jmp32));
        };
    }

    private static int not(int outcome) {
        return outcome == UNKNOWN ? UNKNOWN : 1 - outcome;
    }

    private static int ofGreater(RegState a, RegState b, boolean jmp32) {
        if (jmp32) {
            if (Integer.compareUnsigned(a.u32min, b.u32max) > 0) {
                return ALWAYS;
            }
            return Integer.compareUnsigned(a.u32max, b.u32min) <= 0 ? NEVER : UNKNOWN;
        }
        if (Long.compareUnsigned(a.umin, b.umax) > 0) {
            return ALWAYS;
        }
        return Long.compareUnsigned(a.umax, b.umin) <= 0 ? NEVER : UNKNOWN;
    }

    private static int ofSignedGreater(RegState a, RegState b, boolean jmp32) {
        if (jmp32) {
            return a.s32min > b.s32max ? ALWAYS : a.s32max <= b.s32min ? NEVER : UNKNOWN;
        }
        return a.smin > b.smax ? ALWAYS : a.smax <= b.smin ? NEVER : UNKNOWN;
    }

    private static int ofEqual(RegState a, RegState b, boolean jmp32) {
        Tnum x = jmp32 ? a.var.subreg() : a.var;
        Tnum y = jmp32 ? b.var.subreg() : b.var;
        if (x.isConst() && y.isConst()) {
            return truth(x.value() == y.value());
        }
        if (!x.overlaps(y)) {
            return NEVER;
        }
        boolean apart32 =
                Integer.compareUnsigned(a.u32min, b.u32max) > 0
                        || Integer.compareUnsigned(a.u32max, b.u32min) < 0
                        || a.s32min > b.s32max
                        || a.s32max < b.s32min;
        boolean apart64 =
                !jmp32
                        && (Long.compareUnsigned(a.umin, b.umax) > 0
                                || Long.compareUnsigned(a.umax, b.umin) < 0
                                || a.smin > b.smax
                                || a.smax < b.smin);
        return apart32 || apart64 ? NEVER : UNKNOWN;
    }

    private static int ofBits(RegState a, RegState b, boolean jmp32) {
        RegState constant = b.isConst(jmp32) ? b : a;
        RegState other = b.isConst(jmp32) ? a : b;
        if (!constant.isConst(jmp32)) {
            return UNKNOWN;
        }
        long bits = constant.constValue(jmp32);
        Tnum tested = jmp32 ? other.var.subreg() : other.var;
        if ((tested.value() & bits) != 0) {
            return ALWAYS;
        }
        return (tested.max() & bits) == 0 ? NEVER : UNKNOWN;
    }
}
