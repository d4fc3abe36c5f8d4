package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.isa.Opcode;

/// Arithmetic on what is known of two scalars: the result's ranges and bits.
///
/// Kernel: `adjust_scalar_min_max_vals` and the `scalar_min_max_*` family.
final class ScalarMath {
    private ScalarMath() {}

    /// `dst op= src`; unknown where nothing can be said.
    static void apply(int op, boolean alu32, RegState dst, RegState src) {
        if (!isComputable(op, alu32, src)) {
            dst.markUnknown();
            return;
        }
        switch (op) {
            case Opcode.ADD -> add(dst, src);
            case Opcode.SUB -> subtract(dst, src);
            case Opcode.NEG -> negate(dst);
            case Opcode.MUL -> multiply(dst, src);
            case Opcode.AND -> and(dst, src);
            case Opcode.OR -> or(dst, src);
            case Opcode.XOR -> xor(dst, src);
            case Opcode.LSH -> shiftLeft(alu32, dst, src);
            case Opcode.RSH -> shiftRight(alu32, dst, src);
            default -> shiftRightSigned(alu32, dst, src);
        }
        if (alu32) {
            Bounds.zeroExtend(dst);
        }
        Bounds.sync(dst);
    }

    /// Bytes in network order, in the other order, or just cut off.
    static void swapBytes(RegState dst, boolean swaps, int size) {
        if (swaps || size < 8) {
            dst.unlink();
        }
        if (swaps) {
            dst.var = dst.var.swapped(size);
            dst.unbound();
        }
        if (size < 8) {
            Bounds.truncate(dst, size);
        }
        Bounds.sync(dst);
    }

    private static boolean isComputable(int op, boolean alu32, RegState src) {
        return switch (op) {
            case Opcode.ADD,
                    Opcode.SUB,
                    Opcode.NEG,
                    Opcode.AND,
                    Opcode.XOR,
                    Opcode.OR,
                    Opcode.MUL ->
                    true;
            case Opcode.LSH, Opcode.RSH, Opcode.ARSH -> isShiftCount(alu32, src);
            default -> false;
        };
    }

    private static boolean isShiftCount(boolean alu32, RegState src) {
        boolean constant =
                alu32
                        ? src.var.isSubregConst()
                                && src.s32min == src.s32max
                                && src.u32min == src.u32max
                        : src.var.isConst() && src.smin == src.smax && src.umin == src.umax;
        return constant && Long.compareUnsigned(src.umax, alu32 ? 32 : 64) < 0;
    }

    static void add(RegState dst, RegState src) {
        add32(dst, src);
        add64(dst, src);
        dst.var = dst.var.plus(src.var);
    }

    private static void add32(RegState dst, RegState src) {
        long min = (long) dst.s32min + src.s32min;
        long max = (long) dst.s32max + src.s32max;
        boolean signedFits = min == (int) min && max == (int) max;
        dst.s32min = signedFits ? (int) min : Integer.MIN_VALUE;
        dst.s32max = signedFits ? (int) max : Integer.MAX_VALUE;
        int umin = dst.u32min + src.u32min;
        int umax = dst.u32max + src.u32max;
        boolean minOver = Integer.compareUnsigned(umin, src.u32min) < 0;
        boolean maxOver = Integer.compareUnsigned(umax, src.u32max) < 0;
        boolean split = !minOver && maxOver;
        dst.u32min = split ? 0 : umin;
        dst.u32max = split ? -1 : umax;
    }

    private static void add64(RegState dst, RegState src) {
        long min = dst.smin + src.smin;
        long max = dst.smax + src.smax;
        boolean over =
                overflowsAdd(dst.smin, src.smin, min) || overflowsAdd(dst.smax, src.smax, max);
        dst.smin = over ? Long.MIN_VALUE : min;
        dst.smax = over ? Long.MAX_VALUE : max;
        long umin = dst.umin + src.umin;
        long umax = dst.umax + src.umax;
        boolean minOver = Long.compareUnsigned(umin, src.umin) < 0;
        boolean maxOver = Long.compareUnsigned(umax, src.umax) < 0;
        boolean split = !minOver && maxOver;
        dst.umin = split ? 0 : umin;
        dst.umax = split ? -1 : umax;
    }

    static boolean overflowsAdd(long a, long b, long sum) {
        return ((a ^ sum) & (b ^ sum)) < 0;
    }

    static boolean overflowsSubtract(long a, long b, long difference) {
        return ((a ^ b) & (a ^ difference)) < 0;
    }

    private static void subtract(RegState dst, RegState src) {
        subtractRanges(dst, src);
        dst.var = dst.var.minus(src.var);
    }

    private static void negate(RegState dst) {
        RegState value = dst.copy();
        dst.markKnown(0);
        subtractRanges(dst, value);
        dst.var = value.var.negated();
    }

    private static void subtractRanges(RegState dst, RegState src) {
        subtract32(dst, src);
        subtract64(dst, src);
    }

    private static void subtract32(RegState dst, RegState src) {
        long min = (long) dst.s32min - src.s32max;
        long max = (long) dst.s32max - src.s32min;
        boolean signedFits = min == (int) min && max == (int) max;
        dst.s32min = signedFits ? (int) min : Integer.MIN_VALUE;
        dst.s32max = signedFits ? (int) max : Integer.MAX_VALUE;
        boolean minUnder = Integer.compareUnsigned(dst.u32min, src.u32max) < 0;
        boolean maxUnder = Integer.compareUnsigned(dst.u32max, src.u32min) < 0;
        boolean split = minUnder && !maxUnder;
        int umin = dst.u32min - src.u32max;
        int umax = dst.u32max - src.u32min;
        dst.u32min = split ? 0 : umin;
        dst.u32max = split ? -1 : umax;
    }

    private static void subtract64(RegState dst, RegState src) {
        long min = dst.smin - src.smax;
        long max = dst.smax - src.smin;
        boolean over =
                overflowsSubtract(dst.smin, src.smax, min)
                        || overflowsSubtract(dst.smax, src.smin, max);
        dst.smin = over ? Long.MIN_VALUE : min;
        dst.smax = over ? Long.MAX_VALUE : max;
        boolean minUnder = Long.compareUnsigned(dst.umin, src.umax) < 0;
        boolean maxUnder = Long.compareUnsigned(dst.umax, src.umin) < 0;
        boolean split = minUnder && !maxUnder;
        long umin = dst.umin - src.umax;
        long umax = dst.umax - src.umin;
        dst.umin = split ? 0 : umin;
        dst.umax = split ? -1 : umax;
    }

    private static void multiply(RegState dst, RegState src) {
        dst.var = dst.var.times(src.var);
        multiply32(dst, src);
        multiply64(dst, src);
    }

    private static void multiply32(RegState dst, RegState src) {
        long umax = (dst.u32max & 0xffff_ffffL) * (src.u32max & 0xffff_ffffL);
        long umin = (dst.u32min & 0xffff_ffffL) * (src.u32min & 0xffff_ffffL);
        boolean fits = umax >>> 32 == 0 && umin >>> 32 == 0;
        dst.u32min = fits ? (int) umin : 0;
        dst.u32max = fits ? (int) umax : -1;
        long a = (long) dst.s32min * src.s32min;
        long b = (long) dst.s32min * src.s32max;
        long c = (long) dst.s32max * src.s32min;
        long d = (long) dst.s32max * src.s32max;
        if (a == (int) a && b == (int) b && c == (int) c && d == (int) d) {
            dst.s32min = (int) Math.min(Math.min(a, b), Math.min(c, d));
            dst.s32max = (int) Math.max(Math.max(a, b), Math.max(c, d));
        } else {
            dst.s32min = Integer.MIN_VALUE;
            dst.s32max = Integer.MAX_VALUE;
        }
    }

    private static void multiply64(RegState dst, RegState src) {
        boolean fits =
                Math.unsignedMultiplyHigh(dst.umax, src.umax) == 0
                        && Math.unsignedMultiplyHigh(dst.umin, src.umin) == 0;
        dst.umin = fits ? dst.umin * src.umin : 0;
        dst.umax = fits ? dst.umax * src.umax : -1;
        if (fitsSigned(dst.smin, src.smin)
                && fitsSigned(dst.smin, src.smax)
                && fitsSigned(dst.smax, src.smin)
                && fitsSigned(dst.smax, src.smax)) {
            long a = dst.smin * src.smin;
            long b = dst.smin * src.smax;
            long c = dst.smax * src.smin;
            long d = dst.smax * src.smax;
            dst.smin = Math.min(Math.min(a, b), Math.min(c, d));
            dst.smax = Math.max(Math.max(a, b), Math.max(c, d));
        } else {
            dst.smin = Long.MIN_VALUE;
            dst.smax = Long.MAX_VALUE;
        }
    }

    private static boolean fitsSigned(long a, long b) {
        return Math.multiplyHigh(a, b) == (a * b) >> 63;
    }

    private static void and(RegState dst, RegState src) {
        dst.var = dst.var.and(src.var);
        boolean known32 = dst.var.isSubregConst() && src.var.isSubregConst();
        boolean known = dst.var.isConst() && src.var.isConst();
        if (known32) {
            dst.setSubregValue(dst.var.value());
        } else {
            dst.u32min = (int) dst.var.value();
            dst.u32max = Bounds.minUnsigned(dst.u32max, src.u32max);
            signed32FromUnsigned(dst);
        }
        if (known) {
            dst.markKnown(dst.var.value());
            return;
        }
        dst.umin = dst.var.value();
        dst.umax = Bounds.minUnsigned(dst.umax, src.umax);
        signed64FromUnsigned(dst);
        Bounds.learnFromBits(dst);
    }

    private static void or(RegState dst, RegState src) {
        dst.var = dst.var.or(src.var);
        boolean known32 = dst.var.isSubregConst() && src.var.isSubregConst();
        boolean known = dst.var.isConst() && src.var.isConst();
        if (known32) {
            dst.setSubregValue(dst.var.value());
        } else {
            dst.u32min = Bounds.maxUnsigned(dst.u32min, src.u32min);
            dst.u32max = (int) dst.var.max();
            signed32FromUnsigned(dst);
        }
        if (known) {
            dst.markKnown(dst.var.value());
            return;
        }
        dst.umin = Bounds.maxUnsigned(dst.umin, src.umin);
        dst.umax = dst.var.max();
        signed64FromUnsigned(dst);
        Bounds.learnFromBits(dst);
    }

    private static void xor(RegState dst, RegState src) {
        dst.var = dst.var.xor(src.var);
        boolean known32 = dst.var.isSubregConst() && src.var.isSubregConst();
        boolean known = dst.var.isConst() && src.var.isConst();
        if (known32) {
            dst.setSubregValue(dst.var.value());
        } else {
            dst.u32min = (int) dst.var.value();
            dst.u32max = (int) dst.var.max();
            signed32FromUnsigned(dst);
        }
        if (known) {
            dst.markKnown(dst.var.value());
            return;
        }
        dst.umin = dst.var.value();
        dst.umax = dst.var.max();
        signed64FromUnsigned(dst);
        Bounds.learnFromBits(dst);
    }

    private static void signed32FromUnsigned(RegState dst) {
        boolean ordered = dst.u32min <= dst.u32max;
        dst.s32min = ordered ? dst.u32min : Integer.MIN_VALUE;
        dst.s32max = ordered ? dst.u32max : Integer.MAX_VALUE;
    }

    private static void signed64FromUnsigned(RegState dst) {
        boolean ordered = dst.umin <= dst.umax;
        dst.smin = ordered ? dst.umin : Long.MIN_VALUE;
        dst.smax = ordered ? dst.umax : Long.MAX_VALUE;
    }

    private static void shiftLeft(boolean alu32, RegState dst, RegState src) {
        if (alu32) {
            int by = src.u32min;
            Tnum low = dst.var.subreg();
            shiftLeft32(dst, by);
            dst.var = low.shiftLeft(by).subreg();
            dst.unbound64();
            Bounds.learnFromBits32(dst);
            return;
        }
        int by = (int) src.umin;
        shiftLeft64(dst, by);
        shiftLeft32(dst, by);
        dst.var = dst.var.shiftLeft(by);
        Bounds.learnFromBits(dst);
    }

    private static void shiftLeft32(RegState dst, int by) {
        dst.s32min = Integer.MIN_VALUE;
        dst.s32max = Integer.MAX_VALUE;
        if (by > 31 || (dst.u32max & 0xffff_ffffL) > 1L << (31 - by)) {
            dst.u32min = 0;
            dst.u32max = -1;
        } else {
            dst.u32min <<= by;
            dst.u32max <<= by;
        }
    }

    private static void shiftLeft64(RegState dst, int by) {
        // << 32 then s>> 32 is how compilers sign extend
        dst.smax = by == 32 && dst.s32max >= 0 ? (long) dst.s32max << 32 : Long.MAX_VALUE;
        dst.smin = by == 32 && dst.s32min >= 0 ? (long) dst.s32min << 32 : Long.MIN_VALUE;
        if (Long.compareUnsigned(dst.umax, 1L << (63 - by)) > 0) {
            dst.umin = 0;
            dst.umax = -1;
        } else {
            dst.umin <<= by;
            dst.umax <<= by;
        }
    }

    private static void shiftRight(boolean alu32, RegState dst, RegState src) {
        if (alu32) {
            int by = src.u32min;
            dst.s32min = Integer.MIN_VALUE;
            dst.s32max = Integer.MAX_VALUE;
            dst.var = dst.var.subreg().shiftRight(by);
            dst.u32min >>>= by;
            dst.u32max >>>= by;
            dst.unbound64();
            Bounds.learnFromBits32(dst);
            return;
        }
        int by = (int) src.umin;
        dst.smin = Long.MIN_VALUE;
        dst.smax = Long.MAX_VALUE;
        dst.var = dst.var.shiftRight(by);
        dst.umin >>>= by;
        dst.umax >>>= by;
        dst.unbound32();
        Bounds.learnFromBits(dst);
    }

    private static void shiftRightSigned(boolean alu32, RegState dst, RegState src) {
        if (alu32) {
            int by = src.u32min;
            dst.s32min >>= by;
            dst.s32max >>= by;
            dst.var = dst.var.subreg().shiftRightSigned(by, 32);
            dst.u32min = 0;
            dst.u32max = -1;
            dst.unbound64();
            Bounds.learnFromBits32(dst);
            return;
        }
        int by = (int) src.umin;
        dst.smin >>= by;
        dst.smax >>= by;
        dst.var = dst.var.shiftRightSigned(by, 64);
        dst.umin = 0;
        dst.umax = -1;
        dst.unbound32();
        Bounds.learnFromBits(dst);
    }
}
