package io.xdp4j.ebpf.verifier;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.ebpf.isa.Opcode;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// What is said of a result must hold for every operand that what is known of the operands allows.
final class BoundsTest {
    private static final int[] OPERATIONS = {
        Opcode.ADD, Opcode.SUB, Opcode.MUL, Opcode.AND, Opcode.OR, Opcode.XOR, Opcode.NEG
    };
    private static final int ROUNDS = 20_000;

    private final Random random = new Random(6);

    private long value() {
        long bits = random.nextLong();
        return switch (random.nextInt(4)) {
            case 0 -> bits;
            case 1 -> (int) bits;
            case 2 -> bits & 0xffff;
            default -> bits >> 60;
        };
    }

    /// A register that may hold `a` or `b`, and more.
    private static RegState holding(long a, long b) {
        RegState reg = new RegState();
        reg.markUnknown();
        reg.var = Tnum.of(a).union(Tnum.of(b));
        Bounds.sync(reg);
        return reg;
    }

    private static boolean admits(RegState reg, long value) {
        return reg.var.contains(Tnum.of(value))
                && reg.smin <= value
                && value <= reg.smax
                && Long.compareUnsigned(reg.umin, value) <= 0
                && Long.compareUnsigned(value, reg.umax) <= 0
                && reg.s32min <= (int) value
                && (int) value <= reg.s32max
                && Integer.compareUnsigned(reg.u32min, (int) value) <= 0
                && Integer.compareUnsigned((int) value, reg.u32max) <= 0;
    }

    private static long compute(int op, boolean alu32, long a, long b) {
        long result =
                switch (op) {
                    case Opcode.ADD -> a + b;
                    case Opcode.SUB -> a - b;
                    case Opcode.MUL -> a * b;
                    case Opcode.AND -> a & b;
                    case Opcode.OR -> a | b;
                    case Opcode.XOR -> a ^ b;
                    default -> -a;
                };
        return alu32 ? result & 0xffff_ffffL : result;
    }

    @Test
    void arithmeticNeverExcludesWhatCanHappen() {
        for (int i = 0; i < ROUNDS; i++) {
            long a = value();
            long b = value();
            int op = OPERATIONS[random.nextInt(OPERATIONS.length)];
            boolean alu32 = random.nextBoolean();
            RegState dst = holding(a, value());
            RegState src = holding(b, value());
            ScalarMath.apply(op, alu32, dst, src);
            long result = compute(op, alu32, a, b);
            assertThat(admits(dst, result))
                    .as("op %x alu32 %s: %x, %x gives %x in %s", op, alu32, a, b, result, dst.var)
                    .isTrue();
        }
    }

    @Test
    void shiftsNeverExcludeWhatCanHappen() {
        for (int i = 0; i < ROUNDS; i++) {
            long a = value();
            int by = random.nextInt(64);
            RegState dst = holding(a, value());
            RegState count = new RegState();
            count.markConst(by);
            int op = random.nextBoolean() ? Opcode.RSH : Opcode.ARSH;
            ScalarMath.apply(op, false, dst, count);
            assertThat(admits(dst, op == Opcode.RSH ? a >>> by : a >> by)).isTrue();
        }
    }

    @Test
    void loadsNeverExcludeWhatCanHappen() {
        for (int i = 0; i < ROUNDS; i++) {
            long a = value();
            int size = 1 << random.nextInt(3);
            int shift = 64 - size * 8;
            RegState plain = holding(a, value());
            Bounds.truncate(plain, size);
            assertThat(admits(plain, a << shift >>> shift)).isTrue();
            RegState signed = holding(a, value());
            Bounds.signExtend(signed, size);
            assertThat(admits(signed, a << shift >> shift)).isTrue();
        }
    }

    @Test
    void comparisonsNeverExcludeWhatCanHappen() {
        int[] ops = {Opcode.JEQ, Opcode.JNE, Opcode.JGT, Opcode.JGE, Opcode.JSLT, Opcode.JSLE};
        for (int i = 0; i < ROUNDS; i++) {
            long a = value();
            long b = random.nextInt(3) == 0 ? a : value();
            int op = ops[random.nextInt(ops.length)];
            RegState dst = holding(a, value());
            RegState src = holding(b, value());
            boolean taken = isTaken(op, a, b);
            int outcome = BranchOutcome.of(dst, src, op, false);
            assertThat(outcome).isNotEqualTo(taken ? BranchOutcome.NEVER : BranchOutcome.ALWAYS);
            RegState otherDst = dst.copy();
            RegState otherSrc = src.copy();
            BranchRefinement.refine(dst, src, otherDst, otherSrc, op, false);
            assertThat(admits(taken ? dst : otherDst, a)).isTrue();
            assertThat(admits(taken ? src : otherSrc, b)).isTrue();
        }
    }

    private static boolean isTaken(int op, long a, long b) {
        return switch (op) {
            case Opcode.JEQ -> a == b;
            case Opcode.JNE -> a != b;
            case Opcode.JGT -> Long.compareUnsigned(a, b) > 0;
            case Opcode.JGE -> Long.compareUnsigned(a, b) >= 0;
            case Opcode.JSLT -> a < b;
            default -> a <= b;
        };
    }
}
