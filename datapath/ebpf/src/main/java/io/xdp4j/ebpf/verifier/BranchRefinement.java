package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.isa.Opcode;

/// What a comparison of two scalars teaches of both, on the branch taken and on the other.
///
/// Kernel: `reg_set_min_max`, `regs_refine_cond_op`.
final class BranchRefinement {
    /// The negation of `JSET`, which has no opcode.
    private static final int NOT_JSET = Opcode.JSET | Opcode.X;

    private BranchRefinement() {}

    static void refine(
            RegState takenA,
            RegState takenB,
            RegState otherA,
            RegState otherB,
            int op,
            boolean jmp32) {
        if (!otherA.isScalar() || !otherB.isScalar()) {
            return;
        }
        learn(otherA, otherB, negated(op), jmp32);
        Bounds.sync(otherA);
        Bounds.sync(otherB);
        learn(takenA, takenB, op, jmp32);
        Bounds.sync(takenA);
        Bounds.sync(takenB);
        Bounds.repair(takenA);
        Bounds.repair(takenB);
        Bounds.repair(otherA);
        Bounds.repair(otherB);
    }

    private static int negated(int op) {
        return switch (op) {
            case Opcode.JEQ -> Opcode.JNE;
            case Opcode.JNE -> Opcode.JEQ;
            case Opcode.JSET -> NOT_JSET;
            case Opcode.JGE -> Opcode.JLT;
            case Opcode.JGT -> Opcode.JLE;
            case Opcode.JLE -> Opcode.JGT;
            case Opcode.JLT -> Opcode.JGE;
            case Opcode.JSGE -> Opcode.JSLT;
            case Opcode.JSGT -> Opcode.JSLE;
            case Opcode.JSLE -> Opcode.JSGT;
            default -> Opcode.JSGE;
        };
    }

    private static void learn(RegState a, RegState b, int op, boolean jmp32) {
        switch (op) {
            case Opcode.JEQ -> equal(a, b, jmp32);
            case Opcode.JNE -> notEqual(a, b, jmp32);
            case Opcode.JSET -> bitSet(a, b, jmp32);
            case NOT_JSET -> bitsClear(a, b, jmp32);
            case Opcode.JLE -> atMost(a, b, jmp32);
            case Opcode.JGE -> atMost(b, a, jmp32);
            case Opcode.JLT -> less(a, b, jmp32);
            case Opcode.JGT -> less(b, a, jmp32);
            case Opcode.JSLE -> signedAtMost(a, b, jmp32);
            case Opcode.JSGE -> signedAtMost(b, a, jmp32);
            case Opcode.JSLT -> signedLess(a, b, jmp32);
            default -> signedLess(b, a, jmp32);
        }
    }

    private static void equal(RegState a, RegState b, boolean jmp32) {
        if (jmp32) {
            a.u32min = Bounds.maxUnsigned(a.u32min, b.u32min);
            a.u32max = Bounds.minUnsigned(a.u32max, b.u32max);
            a.s32min = Math.max(a.s32min, b.s32min);
            a.s32max = Math.min(a.s32max, b.s32max);
            b.u32min = a.u32min;
            b.u32max = a.u32max;
            b.s32min = a.s32min;
            b.s32max = a.s32max;
            Tnum low = a.var.subreg().intersect(b.var.subreg());
            a.var = a.var.withSubreg(low);
            b.var = b.var.withSubreg(low);
            return;
        }
        a.umin = Bounds.maxUnsigned(a.umin, b.umin);
        a.umax = Bounds.minUnsigned(a.umax, b.umax);
        a.smin = Math.max(a.smin, b.smin);
        a.smax = Math.min(a.smax, b.smax);
        b.umin = a.umin;
        b.umax = a.umax;
        b.smin = a.smin;
        b.smax = a.smax;
        a.var = a.var.intersect(b.var);
        b.var = a.var;
    }

    /// A constant at the edge of a range takes the edge away.
    private static void notEqual(RegState a, RegState b, boolean jmp32) {
        RegState constant = b.isConst(jmp32) ? b : a;
        RegState reg = b.isConst(jmp32) ? a : b;
        if (!constant.isConst(jmp32)) {
            return;
        }
        long value = constant.constValue(jmp32);
        if (jmp32) {
            int low = (int) value;
            reg.u32min += reg.u32min == low ? 1 : 0;
            reg.u32max -= reg.u32max == low ? 1 : 0;
            reg.s32min += reg.s32min == low ? 1 : 0;
            reg.s32max -= reg.s32max == low ? 1 : 0;
        } else {
            reg.umin += reg.umin == value ? 1 : 0;
            reg.umax -= reg.umax == value ? 1 : 0;
            reg.smin += reg.smin == value ? 1 : 0;
            reg.smax -= reg.smax == value ? 1 : 0;
        }
    }

    private static void bitSet(RegState a, RegState b, boolean jmp32) {
        RegState constant = b.isConst(jmp32) ? b : a;
        RegState reg = b.isConst(jmp32) ? a : b;
        if (!constant.isConst(jmp32)) {
            return;
        }
        long value = constant.constValue(jmp32);
        if (Long.bitCount(value) != 1) {
            return;
        }
        if (jmp32) {
            reg.var = reg.var.withSubreg(reg.var.subreg().or(Tnum.of(value)));
        } else {
            reg.var = reg.var.or(Tnum.of(value));
        }
    }

    private static void bitsClear(RegState a, RegState b, boolean jmp32) {
        RegState constant = b.isConst(jmp32) ? b : a;
        RegState reg = b.isConst(jmp32) ? a : b;
        if (!constant.isConst(jmp32)) {
            return;
        }
        Tnum rest = Tnum.of(~constant.constValue(jmp32));
        reg.unbound();
        if (jmp32) {
            reg.var = reg.var.withSubreg(reg.var.subreg().and(rest));
        } else {
            reg.var = reg.var.and(rest);
        }
    }

    private static void atMost(RegState a, RegState b, boolean jmp32) {
        if (jmp32) {
            a.u32max = Bounds.minUnsigned(a.u32max, b.u32max);
            b.u32min = Bounds.maxUnsigned(a.u32min, b.u32min);
        } else {
            a.umax = Bounds.minUnsigned(a.umax, b.umax);
            b.umin = Bounds.maxUnsigned(a.umin, b.umin);
        }
    }

    private static void less(RegState a, RegState b, boolean jmp32) {
        if (jmp32) {
            a.u32max = Bounds.minUnsigned(a.u32max, b.u32max - 1);
            b.u32min = Bounds.maxUnsigned(a.u32min + 1, b.u32min);
        } else {
            a.umax = Bounds.minUnsigned(a.umax, b.umax - 1);
            b.umin = Bounds.maxUnsigned(a.umin + 1, b.umin);
        }
    }

    private static void signedAtMost(RegState a, RegState b, boolean jmp32) {
        if (jmp32) {
            a.s32max = Math.min(a.s32max, b.s32max);
            b.s32min = Math.max(a.s32min, b.s32min);
        } else {
            a.smax = Math.min(a.smax, b.smax);
            b.smin = Math.max(a.smin, b.smin);
        }
    }

    private static void signedLess(RegState a, RegState b, boolean jmp32) {
        if (jmp32) {
            a.s32max = Math.min(a.s32max, b.s32max - 1);
            b.s32min = Math.max(a.s32min + 1, b.s32min);
        } else {
            a.smax = Math.min(a.smax, b.smax - 1);
            b.smin = Math.max(a.smin + 1, b.smin);
        }
    }
}
