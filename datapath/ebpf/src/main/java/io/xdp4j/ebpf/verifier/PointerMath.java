package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;

/// Adding a scalar to a pointer, or taking it away.
///
/// Kernel: `adjust_ptr_min_max_vals`.
final class PointerMath {
    private static final int MAX_VAR_OFF = InsnSanity.MAX_VAR_OFF;
    private static final String[] SIGNS = {
        "+=", "-=", "*=", "/=", "|=", "&=", "<<=", ">>=", "neg", "%=", "^=", "=", "s>>=", "endian"
    };

    private final Verification v;
    private final Speculation speculation;
    private final MemoryCheck memory;

    PointerMath(Verification v, Speculation speculation, MemoryCheck memory) {
        this.v = v;
        this.speculation = speculation;
        this.memory = memory;
    }

    static String sign(int op) {
        return SIGNS[op >> 4];
    }

    /// `dst op= ..` where one of the operands is a pointer.
    void adjust(Insn insn, RegState pointerReg, RegState offsetReg) {
        RegState dst = v.reg(insn.dst());
        boolean known = offsetReg.var.isConst();
        if ((known && (offsetReg.smin != offsetReg.smax || offsetReg.umin != offsetReg.umax))
                || offsetReg.smin > offsetReg.smax
                || Long.compareUnsigned(offsetReg.umin, offsetReg.umax) > 0) {
            dst.markUnknown();
            return;
        }
        int op = InsnSanity.op(insn);
        if (insn.opClass() != Opcode.ALU64) {
            if (op == Opcode.SUB && v.privilege.mayLeak()) {
                dst.markUnknown();
                return;
            }
            throw v.reject(Errno.EACCES, "R%d 32-bit pointer arithmetic prohibited", insn.dst());
        }
        checkPointer(insn, pointerReg, known && offsetReg.smin == 0 && op == Opcode.ADD);
        if (pointerReg.is(RegType.MEM) && pointerReg.has(RegType.UNTRUSTED)) {
            return;
        }
        // one of the two is the destination
        RegState pointer = pointerReg == dst ? pointerReg.copy() : pointerReg;
        RegState offset = offsetReg == dst ? offsetReg.copy() : offsetReg;
        boolean pointerIsDst = pointerReg == dst;
        dst.setType(pointer.type, pointer.flags);
        dst.id = pointer.id;
        dst.refObjId = pointer.refObjId;
        dst.frame = pointer.frame;
        checkOffsets(offset, pointer);
        checkOffsets(pointer, pointer);
        dst.unbound32();
        speculation.begin(insn, pointer, offset, pointerIsDst);
        switch (op) {
            case Opcode.ADD -> add(dst, pointer, offset);
            case Opcode.SUB -> subtract(insn, dst, pointer, offset, pointerIsDst);
            case Opcode.AND, Opcode.OR, Opcode.XOR ->
                    throw v.reject(
                            Errno.EACCES,
                            "R%d bitwise operator %s on pointer prohibited",
                            insn.dst(),
                            sign(op));
            default ->
                    throw v.reject(
                            Errno.EACCES,
                            "R%d pointer arithmetic with %s operator prohibited",
                            insn.dst(),
                            sign(op));
        }
        checkOffsets(dst, pointer);
        Bounds.sync(dst);
        speculation.commit(insn, dst, pointerIsDst, memory);
    }

    private void checkPointer(Insn insn, RegState pointer, boolean addsZero) {
        if (pointer.mayBeNull()) {
            throw v.reject(
                    Errno.EACCES,
                    "R%d pointer arithmetic on %s prohibited, null-check it first",
                    insn.dst(),
                    pointer.typeText());
        }
        boolean allowed =
                switch (pointer.type) {
                    case CTX,
                            MAP_VALUE,
                            MAP_KEY,
                            STACK,
                            PACKET,
                            PACKET_META,
                            BTF_ID,
                            MEM,
                            BUF,
                            FUNC,
                            DYNPTR ->
                            true;
                    case MAP_PTR -> addsZero;
                    default -> false;
                };
        if (!allowed) {
            throw v.reject(
                    Errno.EACCES,
                    "R%d pointer arithmetic on %s prohibited",
                    insn.dst(),
                    pointer.typeText());
        }
    }

    private void add(RegState dst, RegState pointer, RegState offset) {
        long fixed = pointer.off + offset.smin;
        if (offset.var.isConst() && fixed == (int) fixed) {
            copyRanges(dst, pointer);
            dst.off = (int) fixed;
            dst.setPointee(pointer);
            return;
        }
        long smin = pointer.smin + offset.smin;
        long smax = pointer.smax + offset.smax;
        boolean over =
                ScalarMath.overflowsAdd(pointer.smin, offset.smin, smin)
                        || ScalarMath.overflowsAdd(pointer.smax, offset.smax, smax);
        long umin = pointer.umin + offset.umin;
        long umax = pointer.umax + offset.umax;
        boolean unsignedOver =
                Long.compareUnsigned(umin, offset.umin) < 0
                        || Long.compareUnsigned(umax, offset.umax) < 0;
        dst.var = pointer.var.plus(offset.var);
        setRanges(dst, over, smin, smax, unsignedOver, umin, umax);
        dst.off = pointer.off;
        dst.setPointee(pointer);
        if (pointer.type.isPacket()) {
            dst.id = v.newId();
            dst.clearPointee();
        }
    }

    private void subtract(
            Insn insn, RegState dst, RegState pointer, RegState offset, boolean pointerIsDst) {
        if (!pointerIsDst) {
            throw v.reject(Errno.EACCES, "R%d tried to subtract pointer from scalar", insn.dst());
        }
        if (pointer.is(RegType.STACK)) {
            throw v.reject(
                    Errno.EACCES, "R%d subtraction from stack pointer prohibited", insn.dst());
        }
        long fixed = pointer.off - offset.smin;
        if (offset.var.isConst() && fixed == (int) fixed) {
            copyRanges(dst, pointer);
            dst.off = (int) fixed;
            dst.setPointee(pointer);
            return;
        }
        long smin = pointer.smin - offset.smax;
        long smax = pointer.smax - offset.smin;
        boolean over =
                ScalarMath.overflowsSubtract(pointer.smin, offset.smax, smin)
                        || ScalarMath.overflowsSubtract(pointer.smax, offset.smin, smax);
        boolean unsignedOver = Long.compareUnsigned(pointer.umin, offset.umax) < 0;
        dst.var = pointer.var.minus(offset.var);
        setRanges(
                dst,
                over,
                smin,
                smax,
                unsignedOver,
                pointer.umin - offset.umax,
                pointer.umax - offset.umin);
        dst.off = pointer.off;
        dst.setPointee(pointer);
        if (pointer.type.isPacket()) {
            dst.id = v.newId();
            if (offset.smin < 0) {
                dst.clearPointee();
            }
        }
    }

    private static void copyRanges(RegState dst, RegState from) {
        dst.smin = from.smin;
        dst.smax = from.smax;
        dst.umin = from.umin;
        dst.umax = from.umax;
        dst.var = from.var;
    }

    private static void setRanges(
            RegState dst,
            boolean over,
            long smin,
            long smax,
            boolean unsignedOver,
            long umin,
            long umax) {
        dst.smin = over ? Long.MIN_VALUE : smin;
        dst.smax = over ? Long.MAX_VALUE : smax;
        dst.umin = unsignedOver ? 0 : umin;
        dst.umax = unsignedOver ? -1 : umax;
    }

    /// Offsets beyond 2^29 either way could overflow in later sums.
    private void checkOffsets(RegState reg, RegState pointer) {
        if (reg.var.isConst() && (reg.smin >= MAX_VAR_OFF || reg.smin <= -MAX_VAR_OFF)) {
            throw v.reject(
                    Errno.EINVAL,
                    "math between %s pointer and %d is not allowed",
                    pointer.typeText(),
                    reg.smin);
        }
        if (reg.off >= MAX_VAR_OFF || reg.off <= -MAX_VAR_OFF) {
            throw v.reject(
                    Errno.EINVAL,
                    "%s pointer offset %d is not allowed",
                    pointer.typeText(),
                    reg.off);
        }
        if (reg.smin == Long.MIN_VALUE) {
            throw v.reject(
                    Errno.EINVAL,
                    "math between %s pointer and register with unbounded min value is not allowed",
                    pointer.typeText());
        }
        if (reg.smin >= MAX_VAR_OFF || reg.smin <= -MAX_VAR_OFF) {
            throw v.reject(
                    Errno.EINVAL,
                    "value %d makes %s pointer be out of bounds",
                    reg.smin,
                    pointer.typeText());
        }
    }
}
