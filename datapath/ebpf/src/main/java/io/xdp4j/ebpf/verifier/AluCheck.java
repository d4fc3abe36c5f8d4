package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;

/// Arithmetic instructions.
///
/// Kernel: `check_alu_op`, `adjust_reg_min_max_vals`.
final class AluCheck {
    private static final int ADDR_SPACE_CAST = 1;

    private final Verification v;
    private final Precision precision;
    private final PendingBranches pending;
    private final PointerMath pointers;
    private final Speculation speculation;

    AluCheck(
            Verification v,
            Precision precision,
            PendingBranches pending,
            Speculation speculation,
            MemoryCheck memory) {
        this.v = v;
        this.pending = pending;
        this.precision = precision;
        this.speculation = speculation;
        this.pointers = new PointerMath(v, speculation, memory);
    }

    void check(Insn insn) {
        switch (InsnSanity.op(insn)) {
            case Opcode.END, Opcode.NEG -> checkUnary(insn);
            case Opcode.MOV -> checkMove(insn);
            default -> checkBinary(insn);
        }
        Bounds.repair(v.reg(insn.dst()));
    }

    private void checkUnary(Insn insn) {
        boolean negates = InsnSanity.op(insn) == Opcode.NEG;
        if (negates) {
            if (insn.src() != 0 || insn.off() != 0 || insn.imm() != 0) {
                throw v.reject(Errno.EINVAL, "BPF_NEG uses reserved fields");
            }
        } else if (insn.src() != 0
                || insn.off() != 0
                || (insn.imm() != 16 && insn.imm() != 32 && insn.imm() != 64)) {
            throw v.reject(Errno.EINVAL, "BPF_END uses reserved fields");
        }
        v.checkRead(insn.dst());
        if (v.isSecret(v.reg(insn.dst()))) {
            throw v.reject(Errno.EACCES, "R%d pointer arithmetic prohibited", insn.dst());
        }
        v.checkWrite(insn.dst());
        RegState dst = v.reg(insn.dst());
        if (negates && dst.isScalar()) {
            ScalarMath.apply(Opcode.NEG, isAlu32(insn), dst, dst.copy());
        } else if (dst.isScalar()) {
            boolean toBig = InsnSanity.isRegisterSource(insn);
            ScalarMath.swapBytes(dst, toBig || !isAlu32(insn), insn.imm() / 8);
        } else {
            dst.markUnknown();
        }
    }

    private static boolean isAlu32(Insn insn) {
        return insn.opClass() == Opcode.ALU;
    }

    private void checkMove(Insn insn) {
        boolean register = InsnSanity.isRegisterSource(insn);
        if (register) {
            checkMoveFields(insn);
            v.checkRead(insn.src());
        } else if (insn.src() != 0 || insn.off() != 0) {
            throw v.reject(Errno.EINVAL, "BPF_MOV uses reserved fields");
        }
        v.checkWrite(insn.dst());
        RegState dst = v.reg(insn.dst());
        if (!register) {
            dst.markUnknown();
            dst.markConst(isAlu32(insn) ? insn.imm() & 0xffff_ffffL : insn.imm());
        } else if (isAlu32(insn)) {
            move32(insn, v.reg(insn.src()), dst);
        } else {
            move64(insn, v.reg(insn.src()), dst);
        }
    }

    private void checkMoveFields(Insn insn) {
        int off = insn.off();
        if (!isAlu32(insn) && off == ADDR_SPACE_CAST) {
            if (insn.imm() != 1 && insn.imm() != 1 << 16) {
                throw v.reject(
                        Errno.EINVAL,
                        "addr_space_cast insn can only convert between address space 1 and 0");
            }
            throw v.reject(
                    Errno.EINVAL,
                    "addr_space_cast insn can only be used in a program that has an associated"
                            + " arena");
        }
        boolean known = off == 0 || off == 8 || off == 16 || (off == 32 && !isAlu32(insn));
        if (!known || insn.imm() != 0) {
            throw v.reject(Errno.EINVAL, "BPF_MOV uses reserved fields");
        }
    }

    private void move64(Insn insn, RegState src, RegState dst) {
        if (insn.off() == 0) {
            link(src);
            dst.set(src);
        } else if (src.isScalar()) {
            boolean keepsValue = fitsUnsigned(src, insn.off() - 1);
            copyLinked(src, dst, keepsValue);
            Bounds.signExtend(dst, insn.off() >> 3);
        } else if (v.isSecret(src)) {
            throw v.reject(Errno.EACCES, "R%d sign-extension part of pointer", insn.src());
        } else {
            dst.markUnknown();
        }
    }

    private void move32(Insn insn, RegState src, RegState dst) {
        if (v.isSecret(src)) {
            throw v.reject(Errno.EACCES, "R%d partial copy of pointer", insn.src());
        } else if (!src.isScalar()) {
            dst.markUnknown();
        } else if (insn.off() == 0) {
            copyLinked(src, dst, src.width() <= 32);
        } else {
            copyLinked(src, dst, fitsUnsigned(src, insn.off() - 1));
            Bounds.signExtendSubreg(dst, insn.off() >> 3);
        }
        Bounds.zeroExtend(dst);
        Bounds.sync(dst);
    }

    private static boolean fitsUnsigned(RegState reg, int bits) {
        return Long.compareUnsigned(reg.umax, 1L << bits) < 0;
    }

    private void copyLinked(RegState src, RegState dst, boolean keepsValue) {
        if (keepsValue) {
            link(src);
        }
        dst.set(src);
        if (!keepsValue) {
            dst.unlink();
        }
    }

    /// Gives a scalar about to be copied an id, so that both learn from a branch on one.
    private void link(RegState src) {
        linkScalar(v, src);
    }

    /// A value that is 0 or all ones is mostly a mask: both cases are followed apart.
    private void forkMask(int number, RegState dst) {
        boolean wide = dst.smin == -1 && dst.smax == 0;
        if (!wide && (dst.s32min != -1 || dst.s32max != 0)) {
            return;
        }
        RegState other = pending.push(v.insn, v.insn).top().reg(number);
        if (wide) {
            other.markKnown(0);
            dst.markKnown(-1);
        } else {
            other.setSubregValue(0);
            dst.setSubregValue(-1);
        }
    }

    static void linkScalar(Verification v, RegState src) {
        if (!src.isScalar()) {
            return;
        }
        if ((src.id & RegState.ADD_CONST) != 0) {
            src.unlink();
        }
        if (src.id == 0 && !src.var.isConst()) {
            src.id = v.newId();
        }
    }

    private void checkBinary(Insn insn) {
        int op = InsnSanity.op(insn);
        boolean register = InsnSanity.isRegisterSource(insn);
        boolean divides = op == Opcode.DIV || op == Opcode.MOD;
        boolean reserved =
                (insn.off() != 0 && insn.off() != 1)
                        || (insn.off() == 1 && !divides)
                        || (register ? insn.imm() != 0 : insn.src() != 0);
        if (reserved) {
            throw v.reject(Errno.EINVAL, "BPF_ALU uses reserved fields");
        }
        if (register) {
            v.checkRead(insn.src());
        }
        v.checkRead(insn.dst());
        if (divides && !register && insn.imm() == 0) {
            throw v.reject(Errno.EINVAL, "div by zero");
        }
        boolean shifts = op == Opcode.LSH || op == Opcode.RSH || op == Opcode.ARSH;
        if (shifts && !register) {
            int width = isAlu32(insn) ? 32 : 64;
            if (insn.imm() < 0 || insn.imm() >= width) {
                throw v.reject(Errno.EINVAL, "invalid shift %d", insn.imm());
            }
        }
        v.checkWrite(insn.dst());
        if (register) {
            combine(insn, v.reg(insn.dst()), v.reg(insn.src()));
        } else {
            combineConst(insn, v.reg(insn.dst()));
        }
    }

    private void combine(Insn insn, RegState dst, RegState src) {
        if (!src.isScalar()) {
            if (!dst.isScalar()) {
                if (InsnSanity.op(insn) == Opcode.SUB && v.privilege.mayLeak()) {
                    dst.markUnknown();
                    return;
                }
                throw v.reject(
                        Errno.EACCES,
                        "R%d pointer %s pointer prohibited",
                        insn.dst(),
                        PointerMath.sign(InsnSanity.op(insn)));
            }
            precision.mark(insn.dst());
            pointers.adjust(insn, src, dst);
        } else if (!dst.isScalar()) {
            precision.mark(insn.src());
            pointers.adjust(insn, dst, src);
        } else {
            if (dst.precise) {
                precision.mark(insn.src());
            }
            combineScalars(insn, dst, src.copy());
        }
    }

    private void combineConst(Insn insn, RegState dst) {
        RegState constant = new RegState();
        constant.markConst(insn.imm());
        if (dst.isScalar()) {
            combineScalars(insn, dst, constant);
        } else {
            pointers.adjust(insn, dst, constant);
        }
    }

    private void combineScalars(Insn insn, RegState dst, RegState src) {
        int op = InsnSanity.op(insn);
        if ((op == Opcode.AND || op == Opcode.OR) && src.var.isConst()) {
            forkMask(insn.dst(), dst);
        }
        speculation.checkScalars(insn);
        boolean narrow = dst.width() <= 32;
        ScalarMath.apply(op, isAlu32(insn), dst, src);
        boolean sameReg = InsnSanity.isRegisterSource(insn) && insn.src() == insn.dst();
        if ((op == Opcode.ADD || op == Opcode.SUB)
                && dst.id != 0
                && (dst.id & RegState.ADD_CONST) == 0
                && src.isConst(isAlu32(insn))
                && (narrow || !isAlu32(insn))
                && !sameReg) {
            linkByConst(insn, dst, src.constValue(isAlu32(insn)));
        } else {
            dst.unlink();
        }
    }

    /// The sum stays linked with those that its register was equal to.
    private static void linkByConst(Insn insn, RegState dst, long value) {
        boolean alu32 = isAlu32(insn);
        boolean subtracts = InsnSanity.op(insn) == Opcode.SUB;
        int off = (int) value;
        if ((!alu32 && off != value) || (subtracts && off == Integer.MIN_VALUE)) {
            dst.unlink();
            return;
        }
        dst.id |= alu32 ? RegState.ADD_CONST32 : RegState.ADD_CONST64;
        dst.off = subtracts ? -off : off;
    }
}
