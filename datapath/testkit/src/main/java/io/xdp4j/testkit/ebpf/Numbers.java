package io.xdp4j.testkit.ebpf;

import io.xdp4j.ebpf.isa.Opcode;

/// Arithmetic: on numbers nobody bounds, and chains after which a number's range is known here too.
///
/// What is known here is a plain interval, worked out apart from the verifier. Branches that it
/// excludes lead to a null access: the verifier must see that they are dead, and must not see it of
/// others.
final class Numbers {
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

    private Numbers() {}

    // ---- any number

    /// One operation on kept registers.
    static void operation(Draft d) {
        int op = d.pick(OPERATIONS);
        int width = d.chance(2) ? Opcode.ALU : Opcode.ALU64;
        boolean divides = op == Opcode.DIV || op == Opcode.MOD;
        int off = divides && d.chance(3) ? 1 : 0;
        if (op != Opcode.NEG && d.chance(2)) {
            d.add(width | op | Opcode.X, d.kept(), d.kept(), off, 0);
            return;
        }
        int imm = d.number();
        if (op == Opcode.LSH || op == Opcode.RSH || op == Opcode.ARSH) {
            imm &= width == Opcode.ALU ? 31 : 63;
        }
        if (op == Opcode.NEG) {
            imm = 0;
        } else if (divides && imm == 0) {
            imm = 5;
        }
        d.add(width | op, d.kept(), 0, off, imm);
    }

    /// Sign extensions and byte swaps.
    static void extension(Draft d) {
        switch (d.below(4)) {
            case 0 ->
                    d.add(
                            Opcode.ALU64 | Opcode.MOV | Opcode.X,
                            d.kept(),
                            d.kept(),
                            d.pick(8, 16, 32),
                            0);
            case 1 ->
                    d.add(
                            Opcode.ALU | Opcode.MOV | Opcode.X,
                            d.kept(),
                            d.kept(),
                            d.pick(0, 8, 16),
                            0);
            case 2 ->
                    d.add(
                            Opcode.ALU | Opcode.END | d.pick(0, Opcode.X),
                            d.kept(),
                            0,
                            0,
                            d.pick(16, 32, 64));
            default -> d.add(Opcode.ALU64 | Opcode.END, d.kept(), 0, 0, d.pick(16, 32, 64));
        }
    }

    /// A 64-bit constant.
    static void constant(Draft d) {
        d.loadNumber(d.kept(), d.chance(3) ? d.random.nextLong() : d.number());
    }

    /// A jump on anything; lands where the caller says.
    static int anyJump(Draft d) {
        int operation = d.pick(Opcode.JMP, Opcode.JMP32) | d.pick(JUMPS);
        return d.chance(2)
                ? d.jump(operation, d.kept(), d.number())
                : d.jumpReg(operation, d.kept(), d.kept());
    }

    // ---- bounded numbers

    /// Leaves a number of `low..high` in a register, `high` at most `limit`.
    static Range bounded(Draft d, int reg, int limit) {
        Range range = start(d, reg, limit);
        for (int i = d.below(4); i > 0 && range.high() < 1L << 40; i--) {
            range = step(d, reg, range);
        }
        if (d.chance(3)) {
            proveDead(d, reg, range);
        }
        if (range.high() > limit && !d.mistake()) {
            range = clamp(d, reg, range, limit);
        }
        return d.mistake() ? new Range(range.low(), Math.max(0, range.high() - 1)) : range;
    }

    private static Range start(Draft d, int reg, int limit) {
        d.mov(reg, d.kept());
        return switch (d.below(7)) {
            case 0 -> {
                int mask = d.chance(2) ? Integer.highestOneBit(limit + 1) - 1 : d.below(limit + 1);
                d.add(d.pick(Opcode.ALU, Opcode.ALU64) | Opcode.AND, reg, 0, 0, mask);
                yield new Range(0, mask);
            }
            case 1 -> {
                d.add(d.pick(Opcode.ALU, Opcode.ALU64) | Opcode.MOD, reg, 0, 0, limit + 1);
                yield Range.UNKNOWN; // the verifier does not follow remainders
            }
            case 2 -> {
                int keep = d.between(1, 8);
                boolean narrow = d.chance(2);
                int shift = (narrow ? 32 : 64) - keep;
                d.add((narrow ? Opcode.ALU : Opcode.ALU64) | Opcode.RSH, reg, 0, 0, shift);
                yield new Range(0, (1 << keep) - 1);
            }
            case 3 -> {
                int off = d.dataOff(Opcode.B);
                d.loadUnsigned(Opcode.B, reg, Draft.FP, off);
                yield new Range(0, 255);
            }
            case 4 -> {
                d.leave(d.jump(Opcode.JMP | Opcode.JSGT, reg, limit));
                d.leave(d.jump(Opcode.JMP | Opcode.JSLT, reg, 0));
                yield new Range(0, limit);
            }
            case 5 -> {
                int low = d.below(limit + 1);
                d.leave(d.jump(Opcode.JMP32 | Opcode.JGT, reg, limit));
                d.leave(d.jump(Opcode.JMP32 | Opcode.JLT, reg, low));
                d.add(Opcode.ALU | Opcode.MOV | Opcode.X, reg, reg, 0, 0);
                yield new Range(low, limit);
            }
            default -> clamp(d, reg, Range.UNKNOWN, limit);
        };
    }

    /// One operation whose effect on an interval is plain.
    private static Range step(Draft d, int reg, Range range) {
        int small = d.between(1, 16);
        int width = range.high() < 1 << 20 && d.chance(2) ? Opcode.ALU : Opcode.ALU64;
        return switch (d.below(11)) {
            case 0 -> {
                d.add(width | Opcode.ADD, reg, 0, 0, small);
                yield range.plus(small);
            }
            case 1 -> {
                if (range.low() < small) {
                    yield range;
                }
                d.add(width | Opcode.SUB, reg, 0, 0, small);
                yield range.plus(-small);
            }
            case 2 -> {
                d.add(width | Opcode.LSH, reg, 0, 0, 2);
                yield new Range(range.low() << 2, range.high() << 2);
            }
            case 3 -> {
                int op = d.pick(Opcode.RSH, Opcode.ARSH);
                d.add(width | op, reg, 0, 0, 1);
                yield new Range(range.low() >> 1, range.high() >> 1);
            }
            case 4 -> {
                d.add(width | Opcode.MUL, reg, 0, 0, 3);
                yield new Range(range.low() * 3, range.high() * 3);
            }
            case 5 -> {
                if (!d.chance(4)) {
                    yield range;
                }
                d.add(width | Opcode.DIV, reg, 0, 0, small);
                yield Range.UNKNOWN; // nor quotients
            }
            case 6 -> {
                int op = d.pick(Opcode.OR, Opcode.XOR);
                d.add(width | op, reg, 0, 0, small);
                long high = (Long.highestOneBit(range.high() | small | 1) << 1) - 1;
                yield new Range(0, high);
            }
            case 7 -> {
                // c - x, by way of a negation
                d.add(width | Opcode.NEG, reg, 0, 0, 0);
                int from = (int) Math.min(range.high(), 1 << 20) + small;
                if (range.high() > from) {
                    d.add(width | Opcode.NEG, reg, 0, 0, 0);
                    yield range;
                }
                d.add(width | Opcode.ADD, reg, 0, 0, from);
                yield new Range(from - range.high(), from - range.low());
            }
            case 8 -> {
                int bits = range.high() < 128 ? d.pick(8, 16, 32) : range.high() < 32768 ? 16 : 0;
                d.add(Opcode.ALU64 | Opcode.MOV | Opcode.X, reg, reg, bits, 0);
                yield range;
            }
            case 9 -> throughStack(d, reg, range);
            default -> {
                int other = reg == 5 ? 4 : 5;
                d.mov(other, d.kept());
                int mask = d.below(8);
                d.add(Opcode.ALU64 | Opcode.AND, other, 0, 0, mask);
                d.plusReg(reg, other);
                yield new Range(range.low(), range.high() + mask);
            }
        };
    }

    /// Spills and fills, perhaps fewer bytes than the register has.
    private static Range throughStack(Draft d, int reg, Range range) {
        int size =
                range.high() < 256
                        ? d.size()
                        : range.high() < 65536
                                ? d.pick(Opcode.H, Opcode.W, Opcode.DW)
                                : range.high() < 1L << 32 ? d.pick(Opcode.W, Opcode.DW) : Opcode.DW;
        int slot = Draft.DATA + d.below(8) * 8;
        d.store(d.chance(2) ? Opcode.DW : size, Draft.FP, slot, reg);
        d.loadUnsigned(size, reg, Draft.FP, slot);
        return range;
    }

    /// Leaves the statement unless the number is small enough, in one of many ways.
    static Range clamp(Draft d, int reg, Range range, int limit) {
        int lower = range.low() > limit ? 0 : (int) range.low();
        switch (d.below(6)) {
            case 0 -> d.leave(d.jump(Opcode.JMP | Opcode.JGT, reg, limit));
            case 1 -> d.leave(d.jump(Opcode.JMP | Opcode.JGE, reg, limit + 1));
            case 2 -> {
                int in = d.jump(Opcode.JMP | Opcode.JLE, reg, limit);
                d.leave(d.jumpAlways());
                d.land(in);
            }
            case 3 -> {
                int in = d.jump(Opcode.JMP | Opcode.JLT, reg, limit + 1);
                d.leave(d.jumpAlways());
                d.land(in);
            }
            case 4 -> {
                int other = reg == 5 ? 4 : 5;
                d.set(other, limit);
                d.leave(
                        d.chance(2)
                                ? d.jumpReg(Opcode.JMP | Opcode.JGT, reg, other)
                                : d.jumpReg(Opcode.JMP | Opcode.JLT, other, reg));
            }
            default -> {
                d.leave(d.jump(Opcode.JMP | Opcode.JSGT, reg, limit));
                if (range.equals(Range.UNKNOWN)) {
                    d.leave(d.jump(Opcode.JMP | Opcode.JSLT, reg, lower));
                }
            }
        }
        return new Range(lower, limit);
    }

    /// A branch that the range excludes, with a null access behind it.
    private static void proveDead(Draft d, int reg, Range range) {
        if (range.high() >= Integer.MAX_VALUE - 16) {
            return;
        }
        int high = (int) range.high() - (d.mistake() ? 1 : 0);
        int over =
                switch (d.below(5)) {
                    case 0 -> d.jump(Opcode.JMP | Opcode.JLE, reg, high);
                    case 1 -> d.jump(Opcode.JMP | Opcode.JLT, reg, high + 1);
                    case 2 -> d.jump(Opcode.JMP32 | Opcode.JLE, reg, high);
                    case 3 -> d.jump(Opcode.JMP | Opcode.JSGE, reg, (int) range.low());
                    default -> d.jump(Opcode.JMP | Opcode.JNE, reg, high + d.between(1, 9));
                };
        nullAccess(d);
        d.land(over);
    }

    private static void nullAccess(Draft d) {
        d.set(0, 0);
        d.loadUnsigned(Opcode.DW, 0, 0, 0);
    }

    /// A bounded number put where later statements find it.
    static void keepBounded(Draft d) {
        bounded(d, 1, d.pick(7, 63, 255, 1500, 65535));
        d.mov(d.kept(), 1);
    }

    /// Two numbers related by comparison: the smaller one is as bounded as the larger.
    static void related(Draft d) {
        Range range = bounded(d, 2, d.pick(15, 63, 255));
        d.mov(1, d.kept());
        d.leave(d.jumpReg(Opcode.JMP | Opcode.JGT, 1, 2));
        proveDead(d, 1, new Range(0, range.high()));
        d.mov(d.kept(), 1);
    }

    /// Copies keep their relation: what a branch tells of one holds for the other.
    static void linked(Draft d) {
        int limit = d.pick(15, 63, 255, 4095);
        d.mov(1, d.kept());
        if (d.chance(2)) {
            d.add(Opcode.ALU | Opcode.MOV | Opcode.X, 1, 1, 0, 0);
        }
        d.mov(2, 1);
        int plus = d.chance(2) ? 0 : d.between(1, 100);
        if (plus != 0) {
            d.plus(2, plus);
        }
        d.leave(d.jump(Opcode.JMP | Opcode.JGT, 1, limit));
        proveDead(d, 2, new Range(plus, limit + (long) plus));
        d.mov(d.kept(), 2);
    }
}
