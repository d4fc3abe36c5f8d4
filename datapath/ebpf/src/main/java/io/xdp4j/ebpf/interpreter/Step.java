package io.xdp4j.ebpf.interpreter;

import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;

/// One turn of the interpreter's loop: an instruction, or several as [Fusion] and [Idioms] have them.
///
/// Arithmetic has three registers, so that a copy and what changes it are one step. All but the
/// operation is one word of the loop's: the registers in its lowest bits, four each, then 16 bits and
/// 32 bits for numbers.
///
/// @param operation of [Op]
/// @param d register that is written
/// @param s first operand
/// @param t second operand
/// @param u further operand
/// @param low offset or other number of 16 bits; of a jump, how far it leads
/// @param high immediate or other number; of a far jump or a call, where it leads
/// @param constant what needs 64 bits; its place among the constants becomes `high`
/// @param target slot that a jump or call leads to, or -1
/// @param slots how many slots it stands for
record Step(
        int operation,
        int d,
        int s,
        int t,
        int u,
        int low,
        int high,
        long constant,
        int target,
        int slots) {
    static final int NOWHERE = -1;

    Step(int operation, int d, int s, int t, int u, int low, int high, int slots) {
        this(operation, d, s, t, u, low, high, 0, NOWHERE, slots);
    }

    /// An instruction with an offset, and an immediate where it has one.
    static Step of(int operation, Insn insn) {
        int off = insn.off();
        return new Step(operation, insn.dst(), insn.src(), insn.src(), 0, off, insn.imm(), 1);
    }

    /// Arithmetic as it stands: the destination is the first operand.
    static Step arithmetic(int operation, Insn insn) {
        boolean isMove = (insn.opcode() & 0xf0) == Opcode.MOV;
        int first = isMove ? insn.src() : insn.dst();
        return new Step(operation, insn.dst(), first, insn.src(), 0, 0, insn.imm(), 1);
    }

    /// A load of what fits no immediate.
    static Step wide(int d, long constant) {
        return new Step(Op.MOV_WIDE, d, 0, 0, 0, 0, 0, constant, NOWHERE, 2);
    }

    Step to(int slot) {
        return new Step(operation, d, s, t, u, low, high, constant, slot, slots);
    }

    Step withLow(int number) {
        return new Step(operation, d, s, t, u, number, high, constant, target, slots);
    }

    Step withHigh(int number) {
        return new Step(operation, d, s, t, u, low, number, constant, target, slots);
    }

    Step withConstant(long number) {
        return new Step(operation, d, s, t, u, low, high, number, target, slots);
    }

    boolean changesItself() {
        return d == s;
    }

    long word() {
        return (long) high << 32 | (low & 0xffffL) << 16 | u << 12 | t << 8 | s << 4 | d;
    }
}
