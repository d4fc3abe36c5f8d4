package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;

/// Conditional jumps: both ways are followed unless the ranges rule one out, and each way learns
/// from the condition.
///
/// Kernel: `check_cond_jmp_op`.
final class JumpCheck {
    private final Verification v;
    private final Precision precision;
    private final PendingBranches pending;
    private final Speculation speculation;

    /// The operand of jumps that compare with a number.
    private final RegState constant = new RegState();

    JumpCheck(
            Verification v, Precision precision, PendingBranches pending, Speculation speculation) {
        this.v = v;
        this.precision = precision;
        this.pending = pending;
        this.speculation = speculation;
    }

    /// Simulates the jump; returns the next instruction.
    int check(Insn insn) {
        int op = InsnSanity.op(insn);
        if (op == Opcode.JCOND) {
            return checkMayGoto(insn);
        }
        v.checkRead(insn.dst());
        RegState dst = v.reg(insn.dst());
        boolean register = InsnSanity.isRegisterSource(insn);
        if (register ? insn.imm() != 0 : insn.src() != 0) {
            throw v.reject(Errno.EINVAL, "BPF_JMP/JMP32 uses reserved fields");
        }
        RegState src = constant;
        if (register) {
            v.checkRead(insn.src());
            src = v.reg(insn.src());
            if (!(dst.type.isPacketOrEnd() && src.type.isPacketOrEnd())) {
                checkComparable(insn.src());
            }
        } else {
            src.markConst(insn.imm());
        }
        noteStack(dst, src);
        boolean jmp32 = insn.opClass() == Opcode.JMP32;
        int outcome = BranchOutcome.of(dst, src, op, jmp32);
        if (outcome != BranchOutcome.UNKNOWN) {
            if (dst.isScalar()) {
                precision.mark(insn.dst());
            }
            if (register && src.isScalar()) {
                precision.mark(insn.src());
            }
            boolean jumps = outcome == BranchOutcome.ALWAYS;
            int to = v.insn + insn.off() + 1;
            speculation.follow(insn, jumps ? v.insn + 1 : to);
            v.printer.insnState();
            return jumps ? to : v.insn + 1;
        }
        split(insn, op, jmp32, dst, src);
        v.printer.insnState();
        return v.insn + 1;
    }

    private void checkComparable(int number) {
        if (v.isSecret(v.reg(number))) {
            throw v.reject(Errno.EACCES, "R%d pointer comparison prohibited", number);
        }
    }

    private void noteStack(RegState dst, RegState src) {
        int flags =
                (src.is(RegType.STACK) ? JumpHistory.SRC_IS_STACK : 0)
                        | (dst.is(RegType.STACK) ? JumpHistory.DST_IS_STACK : 0);
        if (flags != 0) {
            v.record(flags, LinkedRegs.NONE);
        }
    }

    private int checkMayGoto(Insn insn) {
        if (insn.opcode() != (Opcode.JMP | Opcode.JCOND)
                || insn.src() != 0
                || insn.dst() != 0
                || insn.imm() != 0) {
            throw v.reject(Errno.EINVAL, "invalid may_goto imm %d", insn.imm());
        }
        VerifierState checkpoint = v.state().parent;
        VerifierState before =
                checkpoint == null
                        ? null
                        : Widening.previousAt(checkpoint.parent, v.insn, checkpoint);
        VerifierState queued = pending.push(v.insn + 1, v.insn);
        queued.mayGotoDepth++;
        if (before != null) {
            Widening.widen(before, queued, v.lastId());
        }
        return v.insn + insn.off() + 1;
    }

    private void split(Insn insn, int op, boolean jmp32, RegState dst, RegState src) {
        boolean register = InsnSanity.isRegisterSource(insn);
        VerifierState here = v.state();
        LinkedRegs links = LinkedRegs.NONE;
        boolean srcLinked = register && src.isScalar() && src.id != 0;
        boolean dstLinked = dst.isScalar() && dst.id != 0;
        if (srcLinked || dstLinked) {
            links = linked(here, srcLinked ? src.id : 0, dstLinked ? dst.id : 0);
        }
        VerifierState there = pending.push(v.insn + insn.off() + 1, v.insn);
        RegState takenDst = there.top().reg(insn.dst());
        RegState takenSrc = register ? there.top().reg(insn.src()) : src.copy();
        BranchRefinement.refine(takenDst, takenSrc, dst, src, op, jmp32);
        if (register && src.isScalar() && src.id != 0) {
            links.sync(here, src);
            links.sync(there, takenSrc);
        }
        if (dst.isScalar() && dst.id != 0) {
            links.sync(here, dst);
            links.sync(there, takenDst);
        }
        if (register && !jmp32) {
            learnNotNull(op, dst, src, takenDst, takenSrc);
        }
        boolean nullCheck =
                !jmp32
                        && !register
                        && insn.imm() == 0
                        && (op == Opcode.JEQ || op == Opcode.JNE)
                        && dst.mayBeNull();
        if (nullCheck) {
            NullChecks.learn(v, here, dst, op == Opcode.JNE);
            NullChecks.learn(v, there, takenDst, op == Opcode.JEQ);
        } else if (!register || jmp32 || !PacketRanges.learn(insn, op, here, there)) {
            checkComparable(insn.dst());
        }
    }

    private LinkedRegs linked(VerifierState state, int srcId, int dstId) {
        LinkedRegs links = new LinkedRegs();
        if (srcId != 0) {
            links.collect(state, srcId, v.facts.liveRegs);
        }
        if (dstId != 0) {
            links.collect(state, dstId, v.facts.liveRegs);
        }
        if (links.count() > 1) {
            v.record(0, links);
        }
        return links;
    }

    /// A pointer equal to one that is not null is not null either.
    private static void learnNotNull(
            int op, RegState dst, RegState src, RegState takenDst, RegState takenSrc) {
        if (src.isScalar()
                || dst.isScalar()
                || src.mayBeNull() == dst.mayBeNull()
                || src.is(RegType.BTF_ID)
                || dst.is(RegType.BTF_ID)) {
            return;
        }
        boolean srcNullable = src.mayBeNull();
        if (op == Opcode.JEQ) {
            NullChecks.markNotNull(srcNullable ? takenSrc : takenDst);
        } else if (op == Opcode.JNE) {
            NullChecks.markNotNull(srcNullable ? src : dst);
        }
    }
}
