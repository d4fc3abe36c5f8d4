package io.xdp4j.ebpf.verifier;

/// What is known of a value's bits: set bits of `mask` are unknown, the others are as in `value`.
///
/// Immutable. Bits of `value` under `mask` are 0.
///
/// Kernel: `struct tnum`, kernel/bpf/tnum.c.
record Tnum(long value, long mask) {
    static final Tnum UNKNOWN = new Tnum(0, -1);
    static final Tnum ZERO = new Tnum(0, 0);

    private static final long LOW = 0xffff_ffffL;

    static Tnum of(long value) {
        return value == 0 ? ZERO : new Tnum(value, 0);
    }

    /// The smallest tnum that holds every value of an unsigned range.
    static Tnum ofRange(long min, long max) {
        int bits = Long.SIZE - Long.numberOfLeadingZeros(min ^ max);
        if (bits > 63) {
            return UNKNOWN;
        }
        long unknown = (1L << bits) - 1;
        return new Tnum(min & ~unknown, unknown);
    }

    boolean isConst() {
        return mask == 0;
    }

    boolean isConst(long constant) {
        return mask == 0 && value == constant;
    }

    boolean isUnknown() {
        return mask == -1;
    }

    boolean isSubregConst() {
        return (mask & LOW) == 0;
    }

    /// Largest unsigned value.
    long max() {
        return value | mask;
    }

    boolean isAligned(int size) {
        return ((value | mask) & (size - 1)) == 0;
    }

    /// True when every value of `other` is one of this.
    boolean contains(Tnum other) {
        return (other.mask & ~mask) == 0 && value == (other.value & ~mask);
    }

    boolean overlaps(Tnum other) {
        long known = ~mask & ~other.mask;
        return (value & known) == (other.value & known);
    }

    Tnum shiftLeft(int by) {
        return new Tnum(value << by, mask << by);
    }

    Tnum shiftRight(int by) {
        return new Tnum(value >>> by, mask >>> by);
    }

    Tnum shiftRightSigned(int by, int width) {
        if (width == 32) {
            return new Tnum(((int) value >> by) & LOW, ((int) mask >> by) & LOW);
        }
        return new Tnum(value >> by, mask >> by);
    }

    Tnum plus(Tnum other) {
        long values = value + other.value;
        long carries = (mask + other.mask + values) ^ values;
        long unknown = carries | mask | other.mask;
        return new Tnum(values & ~unknown, unknown);
    }

    Tnum minus(Tnum other) {
        long values = value - other.value;
        long borrows = (values + mask) ^ (values - other.mask);
        long unknown = borrows | mask | other.mask;
        return new Tnum(values & ~unknown, unknown);
    }

    Tnum negated() {
        return ZERO.minus(this);
    }

    Tnum and(Tnum other) {
        long ones = value & other.value;
        return new Tnum(ones, (value | mask) & (other.value | other.mask) & ~ones);
    }

    Tnum or(Tnum other) {
        long ones = value | other.value;
        return new Tnum(ones, (mask | other.mask) & ~ones);
    }

    Tnum xor(Tnum other) {
        long unknown = mask | other.mask;
        return new Tnum((value ^ other.value) & ~unknown, unknown);
    }

    /// Shift-and-add over this one's bits; an unknown bit joins the sums with and without it.
    Tnum times(Tnum other) {
        Tnum sum = ZERO;
        Tnum factor = this;
        Tnum addend = other;
        while ((factor.value | factor.mask) != 0) {
            if ((factor.value & 1) != 0) {
                sum = sum.plus(addend);
            } else if ((factor.mask & 1) != 0) {
                sum = sum.union(sum.plus(addend));
            }
            factor = factor.shiftRight(1);
            addend = addend.shiftLeft(1);
        }
        return sum;
    }

    Tnum union(Tnum other) {
        long unknown = (value ^ other.value) | mask | other.mask;
        return new Tnum(value & other.value & ~unknown, unknown);
    }

    Tnum intersect(Tnum other) {
        long unknown = mask & other.mask;
        return new Tnum((value | other.value) & ~unknown, unknown);
    }

    /// The low `size` bytes in the other order, the rest 0.
    Tnum swapped(int size) {
        int drop = Long.SIZE - size * 8;
        return new Tnum(Long.reverseBytes(value << drop), Long.reverseBytes(mask << drop))
                .truncated(size);
    }

    /// The low `size` bytes, zero extended.
    Tnum truncated(int size) {
        if (size == 8) {
            return this;
        }
        long keep = (1L << (size * 8)) - 1;
        return new Tnum(value & keep, mask & keep);
    }

    Tnum subreg() {
        return truncated(4);
    }

    Tnum withSubreg(Tnum low) {
        return new Tnum((value & ~LOW) | (low.value & LOW), (mask & ~LOW) | (low.mask & LOW));
    }

    @Override
    public String toString() {
        if (mask == 0) {
            return LogNumbers.unsigned(value);
        }
        return "(" + LogNumbers.hex(value) + "; " + LogNumbers.hex(mask) + ")";
    }
}
