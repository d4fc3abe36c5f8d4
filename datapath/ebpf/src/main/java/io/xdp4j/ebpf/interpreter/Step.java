package io.xdp4j.ebpf.interpreter;

import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;

/// One turn of the interpreter's loop: an instruction, or several as [Fusion] has them.
///
/// Arithmetic has three registers, so that a copy and what changes it are one step.
///
/// @param operation of [Op]
/// @param d register that is written
/// @param s first operand
/// @param t second operand
/// @param arg immediate or offset; of a jump with both, the immediate in the upper half
/// @param target slot that a jump leads to, or -1; the lower half of `arg` becomes its place
/// @param slots how many slots it stands for
record Step(int operation, int d, int s, int t, long arg, int target, int slots) {
    static final int NOWHERE = -1;

    static Step of(int operation, Insn insn) {
        return new Step(operation, insn.dst(), insn.src(), insn.src(), insn.off(), NOWHERE, 1);
    }

    /// Arithmetic as it stands: the destination is the first operand.
    static Step arithmetic(int operation, Insn insn) {
        boolean isMove = (insn.opcode() & 0xf0) == Opcode.MOV;
        int first = isMove ? insn.src() : insn.dst();
        return new Step(operation, insn.dst(), first, insn.src(), insn.imm(), NOWHERE, 1);
    }

    Step withArg(long to) {
        return new Step(operation, d, s, t, to, target, slots);
    }

    /// With an immediate and an offset.
    Step withBoth(int imm, int offset) {
        return withArg(((long) imm << 32) | (offset & 0xffff_ffffL));
    }

    Step to(int slot) {
        return new Step(operation, d, s, t, arg, slot, slots);
    }

    int word() {
        return operation << 12 | t << 8 | s << 4 | d;
    }
}
