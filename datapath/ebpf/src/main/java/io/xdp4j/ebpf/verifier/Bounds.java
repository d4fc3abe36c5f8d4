package io.xdp4j.ebpf.verifier;

/// Keeps a register's five views of its value (bits, signed and unsigned ranges of 64 and 32 bits)
/// in step: what one knows, the others learn.
///
/// Kernel: `reg_bounds_sync` and around it.
final class Bounds {
    private static final long LOW = 0xffff_ffffL;
    private static final long HIGH = ~LOW;

    private Bounds() {}

    static void sync(RegState reg) {
        learnFromBits(reg);
        deduce(reg);
        deduce(reg);
        deduce(reg);
        bitsFromRanges(reg);
        learnFromBits(reg);
    }

    static void learnFromBits(RegState reg) {
        learnFromBits32(reg);
        learnFromBits64(reg);
    }

    static void learnFromBits32(RegState reg) {
        int value = (int) reg.var.value();
        int mask = (int) reg.var.mask();
        reg.s32min = Math.max(reg.s32min, value | (mask & Integer.MIN_VALUE));
        reg.s32max = Math.min(reg.s32max, value | (mask & Integer.MAX_VALUE));
        reg.u32min = maxUnsigned(reg.u32min, value);
        reg.u32max = minUnsigned(reg.u32max, value | mask);
    }

    private static void learnFromBits64(RegState reg) {
        long value = reg.var.value();
        long mask = reg.var.mask();
        reg.smin = Math.max(reg.smin, value | (mask & Long.MIN_VALUE));
        reg.smax = Math.min(reg.smax, value | (mask & Long.MAX_VALUE));
        reg.umin = maxUnsigned(reg.umin, value);
        reg.umax = minUnsigned(reg.umax, value | mask);
    }

    private static void deduce(RegState reg) {
        deduce32From64(reg);
        deduce32(reg);
        deduce64(reg);
        deduceMixed(reg);
    }

    /// Low halves form a range when the upper halves of both ends agree, or follow each other
    /// around a sign change.
    private static void deduce32From64(RegState reg) {
        if (reg.umin >>> 32 == reg.umax >>> 32) {
            raiseU32((int) reg.umin, (int) reg.umax, reg);
            raiseS32IfOrdered((int) reg.umin, (int) reg.umax, reg);
        }
        if (reg.smin >>> 32 == reg.smax >>> 32) {
            if (Integer.compareUnsigned((int) reg.smin, (int) reg.smax) <= 0) {
                raiseU32((int) reg.smin, (int) reg.smax, reg);
            }
            raiseS32IfOrdered((int) reg.smin, (int) reg.smax, reg);
        }
        if ((int) (reg.umin >>> 32) + 1 == (int) (reg.umax >>> 32)
                && (int) reg.umin < 0
                && (int) reg.umax >= 0) {
            raiseS32((int) reg.umin, (int) reg.umax, reg);
        }
        if ((int) (reg.smin >>> 32) + 1 == (int) (reg.smax >>> 32)
                && (int) reg.smin < 0
                && (int) reg.smax >= 0) {
            raiseS32((int) reg.smin, (int) reg.smax, reg);
        }
    }

    private static void raiseS32IfOrdered(int min, int max, RegState reg) {
        if (min <= max) {
            raiseS32(min, max, reg);
        }
    }

    private static void raiseS32(int min, int max, RegState reg) {
        reg.s32min = Math.max(reg.s32min, min);
        reg.s32max = Math.min(reg.s32max, max);
    }

    private static void raiseU32(int min, int max, RegState reg) {
        reg.u32min = maxUnsigned(reg.u32min, min);
        reg.u32max = minUnsigned(reg.u32max, max);
    }

    private static void deduce32(RegState reg) {
        if (reg.u32min <= reg.u32max) {
            raiseS32(reg.u32min, reg.u32max, reg);
        }
        if (Integer.compareUnsigned(reg.s32min, reg.s32max) <= 0) {
            raiseU32(reg.s32min, reg.s32max, reg);
        } else if (Integer.compareUnsigned(reg.u32max, reg.s32min) < 0) {
            // only the non-negative part of the signed range is left
            reg.s32min = reg.u32min;
            reg.u32max = minUnsigned(reg.u32max, reg.s32max);
        } else if (Integer.compareUnsigned(reg.s32max, reg.u32min) < 0) {
            // only the negative part is left
            reg.s32max = reg.u32max;
            reg.u32min = maxUnsigned(reg.u32min, reg.s32min);
        }
    }

    private static void deduce64(RegState reg) {
        if (reg.umin <= reg.umax) {
            reg.smin = Math.max(reg.smin, reg.umin);
            reg.smax = Math.min(reg.smax, reg.umax);
        }
        if (Long.compareUnsigned(reg.smin, reg.smax) <= 0) {
            reg.umin = maxUnsigned(reg.umin, reg.smin);
            reg.umax = minUnsigned(reg.umax, reg.smax);
        } else if (Long.compareUnsigned(reg.umax, reg.smin) < 0) {
            // only the non-negative part of the signed range is left
            reg.smin = reg.umin;
            reg.umax = minUnsigned(reg.umax, reg.smax);
        } else if (Long.compareUnsigned(reg.smax, reg.umin) < 0) {
            // only the negative part is left
            reg.smax = reg.umax;
            reg.umin = maxUnsigned(reg.umin, reg.smin);
        }
    }

    private static void deduceMixed(RegState reg) {
        long lowMin = reg.u32min & LOW;
        long lowMax = reg.u32max & LOW;
        reg.umin = maxUnsigned(reg.umin, (reg.umin & HIGH) | lowMin);
        reg.umax = minUnsigned(reg.umax, (reg.umax & HIGH) | lowMax);
        reg.smin = Math.max(reg.smin, (reg.smin & HIGH) | lowMin);
        reg.smax = Math.min(reg.smax, (reg.smax & HIGH) | lowMax);
        if (reg.s32min >= 0 && reg.smin >= Integer.MIN_VALUE && reg.smax <= Integer.MAX_VALUE) {
            reg.smin = reg.s32min;
            reg.smax = reg.s32max;
            reg.umin = reg.s32min;
            reg.umax = reg.s32max;
            reg.var = reg.var.intersect(Tnum.ofRange(reg.smin, reg.smax));
        }
    }

    private static void bitsFromRanges(RegState reg) {
        Tnum wide = reg.var.intersect(Tnum.ofRange(reg.umin, reg.umax));
        Tnum low = wide.subreg().intersect(Tnum.ofRange(reg.u32min & LOW, reg.u32max & LOW));
        reg.var = wide.withSubreg(low);
    }

    /// A range turned inside out can only come from a branch that is never taken: forget it.
    static void repair(RegState reg) {
        if (isBroken(reg)) {
            reg.unbound();
        }
    }

    private static boolean isBroken(RegState reg) {
        if (Long.compareUnsigned(reg.umin, reg.umax) > 0
                || reg.smin > reg.smax
                || Integer.compareUnsigned(reg.u32min, reg.u32max) > 0
                || reg.s32min > reg.s32max) {
            return true;
        }
        long value = reg.var.value();
        if (reg.var.isConst()
                && (reg.umin != value
                        || reg.umax != value
                        || reg.smin != value
                        || reg.smax != value)) {
            return true;
        }
        int low = (int) value;
        return reg.var.isSubregConst()
                && (reg.u32min != low
                        || reg.u32max != low
                        || reg.s32min != low
                        || reg.s32max != low);
    }

    /// The register after a 32-bit operation: the upper half is 0.
    static void zeroExtend(RegState reg) {
        reg.var = reg.var.subreg();
        reg.umin = reg.u32min & LOW;
        reg.umax = reg.u32max & LOW;
        if (reg.s32min >= 0 && reg.s32max >= 0) {
            reg.smin = reg.s32min;
            reg.smax = reg.s32max;
        } else {
            reg.smin = 0;
            reg.smax = LOW;
        }
    }

    /// The register after a load of `size` bytes without sign.
    static void truncate(RegState reg, int size) {
        reg.var = reg.var.truncated(size);
        long keep = (1L << (size * 8)) - 1;
        if ((reg.umin & ~keep) == (reg.umax & ~keep)) {
            reg.umin &= keep;
            reg.umax &= keep;
        } else {
            reg.umin = 0;
            reg.umax = keep;
        }
        reg.smin = reg.umin;
        reg.smax = reg.umax;
        if (size < 4) {
            reg.unbound32();
        }
        sync(reg);
    }

    /// The register after sign extension of its low `size` bytes to 64 bits.
    static void signExtend(RegState reg, int size) {
        int bits = size * 8;
        if (reg.var.isConst()) {
            reg.setValue(signed(reg.var.value(), bits));
            return;
        }
        if (reg.smax >> bits == reg.smin >> bits) {
            long a = signed(reg.smax, bits);
            long b = signed(reg.smin, bits);
            long max = Math.max(a, b);
            long min = Math.min(a, b);
            if (max >= 0 == min >= 0) {
                reg.smin = min;
                reg.smax = max;
                reg.umin = min;
                reg.umax = max;
                reg.s32min = (int) min;
                reg.s32max = (int) max;
                reg.u32min = (int) min;
                reg.u32max = (int) max;
                reg.var = Tnum.ofRange(min, max);
                return;
            }
        }
        reg.smin = -1L << (bits - 1);
        reg.smax = (1L << (bits - 1)) - 1;
        reg.s32min = (int) reg.smin;
        reg.s32max = (int) reg.smax;
        reg.umin = 0;
        reg.umax = -1;
        reg.u32min = 0;
        reg.u32max = -1;
        reg.var = Tnum.UNKNOWN;
    }

    /// The low half after sign extension of its low `size` bytes to 32 bits.
    static void signExtendSubreg(RegState reg, int size) {
        int bits = size * 8;
        if (reg.var.isConst()) {
            long value = signed(reg.var.value(), bits);
            reg.var = Tnum.of(value);
            reg.s32min = (int) value;
            reg.s32max = (int) value;
            reg.u32min = (int) value;
            reg.u32max = (int) value;
            return;
        }
        if (reg.s32max >> bits == reg.s32min >> bits) {
            int a = (int) signed(reg.s32max, bits);
            int b = (int) signed(reg.s32min, bits);
            int max = Math.max(a, b);
            int min = Math.min(a, b);
            if (min >= 0 == max >= 0) {
                reg.s32min = min;
                reg.s32max = max;
                reg.u32min = min;
                reg.u32max = max;
                reg.var = Tnum.ofRange(min & LOW, max & LOW).subreg();
                return;
            }
        }
        reg.s32min = -1 << (bits - 1);
        reg.s32max = (1 << (bits - 1)) - 1;
        reg.u32min = 0;
        reg.u32max = -1;
        reg.var = Tnum.UNKNOWN.subreg();
    }

    private static long signed(long value, int bits) {
        return value << (64 - bits) >> (64 - bits);
    }

    static long maxUnsigned(long a, long b) {
        return Long.compareUnsigned(a, b) >= 0 ? a : b;
    }

    static long minUnsigned(long a, long b) {
        return Long.compareUnsigned(a, b) <= 0 ? a : b;
    }

    static int maxUnsigned(int a, int b) {
        return Integer.compareUnsigned(a, b) >= 0 ? a : b;
    }

    static int minUnsigned(int a, int b) {
        return Integer.compareUnsigned(a, b) <= 0 ? a : b;
    }
}
