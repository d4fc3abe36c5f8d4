package io.xdp4j.ebpf.interpreter;

import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import java.util.BitSet;
import java.util.List;

/// Makes one step of neighbouring instructions that compilers often emit: copies that are changed at
/// once, rotations, shifts that cut bits off, the rounds of hashes, bounds checks.
///
/// None of them accesses memory, and no jump leads into the middle of a step.
final class Fusion {
    private static final Insn NONE = new Insn(0, 0, 0, 0, 0);

    private final List<Insn> insns;
    private final BitSet targets;

    Fusion(List<Insn> insns, BitSet targets) {
        this.insns = insns;
        this.targets = targets;
    }

    /// The step that begins with arithmetic at that slot.
    Step at(int at, Step alone) {
        Step first = copied(at, alone);
        Insn next = follower(at + first.slots());
        return next.dst() == first.d() ? joined(at, first, next) : first;
    }

    /// What comes at that slot and only behind the one before it.
    private Insn follower(int at) {
        return at < insns.size() && !targets.get(at) ? insns.get(at) : NONE;
    }

    /// A copy and arithmetic on the copy.
    private Step copied(int at, Step copy) {
        Insn next = follower(at + 1);
        int type = next.opClass();
        boolean fits =
                (copy.operation() == Op.MOV64_X && (type == Opcode.ALU64 || type == Opcode.ALU))
                        || (copy.operation() == Op.MOV32_X
                                && type == Opcode.ALU
                                && (next.opcode() & 0xf0) != Opcode.END);
        if (!fits || next.dst() != copy.d() || (next.opcode() & 0xf0) == Opcode.MOV) {
            return copy;
        }
        Step change = Predecoder.arithmetic(next);
        int second = change.t() == copy.d() ? copy.s() : change.t();
        return new Step(
                change.operation(),
                copy.d(),
                copy.s(),
                second,
                0,
                0,
                change.high(),
                1 + change.slots());
    }

    private Step joined(int at, Step first, Insn next) {
        boolean isOther = next.src() != first.d();
        return switch (next.opcode()) {
            case Op.OR64_X ->
                    first.operation() == Op.LSH64_K && isOther
                            ? join(Op.LSH_OR, first, next.src(), 0, 0, first.high())
                            : first;
            case Op.RSH64_K ->
                    switch (first.operation()) {
                        case Op.LSH64_K -> join(Op.LSH_RSH, first, 0, 0, first.high(), next.imm());
                        case Op.AND64_X -> join(Op.AND_RSH, first, first.t(), 0, 0, next.imm());
                        default -> first;
                    };
            case Op.ARSH64_K ->
                    first.operation() == Op.LSH64_K
                            ? join(Op.LSH_ARSH, first, 0, 0, first.high(), next.imm())
                            : first;
            case Op.XOR64_X ->
                    first.operation() == Op.SUB64_X && isOther
                            ? join(Op.SUB_XOR, first, first.t(), next.src(), 0, 0)
                            : first;
            case Op.JGT64_X ->
                    first.operation() == Op.ADD64_K
                            ? join(Op.ADD_JGT, first, next.src(), 0, 0, first.high())
                                    .to(at + first.slots() + 1 + next.off())
                            : first;
            default -> first;
        };
    }

    private static Step join(int operation, Step first, int t, int u, int low, int high) {
        return new Step(operation, first.d(), first.s(), t, u, low, high, first.slots() + 1);
    }
}
