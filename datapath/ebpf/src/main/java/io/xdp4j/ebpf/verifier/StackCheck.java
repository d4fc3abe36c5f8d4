package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import io.xdp4j.ebpf.vm.BpfMachine;
import org.jspecify.annotations.Nullable;

/// Loads from and stores to stack frames, by instructions and by helpers.
///
/// Offsets are from the frame pointer: -1 is the highest byte, -512 the lowest.
///
/// Kernel: `check_stack_read`, `check_stack_write`, `check_stack_range_initialized`.
final class StackCheck {
    /// Value register of an access that has none.
    static final int NO_REG = -1;

    private final Verification v;
    private final Precision precision;
    private final StackLiveness liveness;
    private final DynptrCheck dynptrs;
    private final Speculation speculation;

    StackCheck(
            Verification v,
            Precision precision,
            StackLiveness liveness,
            DynptrCheck dynptrs,
            Speculation speculation) {
        this.v = v;
        this.precision = precision;
        this.liveness = liveness;
        this.dynptrs = dynptrs;
        this.speculation = speculation;
    }

    private static int slotOf(int off) {
        return (-off - 1) / StackSlot.BYTES;
    }

    private static int byteOf(int off) {
        return (-off - 1) % StackSlot.BYTES;
    }

    /// Demands that `off .. off + size - 1` lies in the frame, and makes the frame that large.
    void checkBounds(int number, int off, int size, boolean write) {
        RegState reg = v.reg(number);
        String what = write ? " write to" : " read from";
        long min;
        long max;
        if (reg.var.isConst()) {
            min = reg.var.value() + off;
            max = min + size;
        } else {
            if (reg.smax >= InsnSanity.MAX_VAR_OFF || reg.smin <= -InsnSanity.MAX_VAR_OFF) {
                throw v.reject(
                        Errno.EACCES,
                        "invalid unbounded variable-offset%s stack R%d",
                        what,
                        number);
            }
            min = reg.smin + off;
            max = reg.smax + off + size;
        }
        int errno = 0;
        FrameState frame = v.frameOf(reg);
        int deepest =
                write || v.privilege.mayLeak() ? BpfMachine.STACK_FRAME_BYTES : frame.stackBytes();
        if (min < -deepest || min > -1) {
            errno = Errno.EACCES;
        } else if (max > 0) {
            errno = Errno.EINVAL;
        } else if (size < 0) {
            errno = Errno.EFAULT;
        }
        if (errno != 0 && reg.var.isConst()) {
            throw v.reject(errno, "invalid%s stack R%d off=%d size=%d", what, number, off, size);
        }
        if (errno != 0) {
            throw v.reject(
                    errno,
                    "invalid variable-offset%s stack R%d var_off=%s off=%d size=%d",
                    what,
                    number,
                    reg.var,
                    off,
                    size);
        }
        grow(frame, (int) -min);
    }

    private void grow(FrameState frame, int bytes) {
        frame.growStack(bytes);
        Subprogram subprogram = v.subprograms.get(frame.subprog);
        int rounded = (bytes + StackSlot.BYTES - 1) / StackSlot.BYTES * StackSlot.BYTES;
        subprogram.stackDepth = Math.max(subprogram.stackDepth, rounded);
    }

    // ---- stores

    void write(int number, int off, int size, int value) {
        RegState pointer = v.reg(number);
        FrameState frame = v.frameOf(pointer);
        if (pointer.var.isConst()) {
            writeFixed(frame, off + (int) pointer.var.value(), size, value);
        } else {
            writeVariable(frame, pointer, off, size, value);
        }
    }

    private static boolean isStoreOfConst(Insn insn) {
        return insn.opClass() == Opcode.ST && (insn.opcode() & 0xe0) == Opcode.MEM;
    }

    private void writeFixed(FrameState frame, int off, int size, int value) {
        Insn insn = v.insns[v.insn];
        int number = slotOf(off);
        RegState reg = value >= 0 ? v.reg(value) : null;
        StackSlot slot = frame.slot(number);
        checkSpillKept(slot, size);
        boolean spillsPointer = reg != null && reg.type.isSpillable();
        speculation.noteStore(slot, byteOf(off), size, spillsPointer);
        dynptrs.destroyIfAt(frame, number);
        boolean startsSlot = off % StackSlot.BYTES == 0;
        if (startsSlot && size == StackSlot.BYTES) {
            liveness.write(frame.frameNumber, number);
        }
        v.scratched.slot(number);
        if (reg != null && startsSlot && reg.isScalar() && v.privilege.isCapable()) {
            boolean fits = reg.width() <= size * 8;
            if (fits) {
                AluCheck.linkScalar(v, reg);
            }
            spill(slot, reg, size);
            if (!fits) {
                slot.reg().unlink();
            }
        } else if (reg == null && startsSlot && isStoreOfConst(insn) && v.privilege.isCapable()) {
            RegState constant = new RegState();
            constant.markConst(insn.imm());
            spill(slot, constant, size);
        } else if (reg != null && spillsPointer) {
            spillPointer(frame, slot, reg, size);
        } else {
            writeData(slot, off, size, reg, value);
            return;
        }
        v.record(JumpHistory.stackAccess(frame.frameNumber, number), LinkedRegs.NONE);
    }

    /// A pointer on the stack is not overwritten in part: what is left of it would be a number.
    private void checkSpillKept(StackSlot slot, int size) {
        if (!v.privilege.mayLeak()
                && slot.isSpilled()
                && !slot.isSpilledScalar()
                && size != StackSlot.BYTES) {
            throw v.reject(Errno.EACCES, "attempt to corrupt spilled pointer on stack");
        }
    }

    private static void spill(StackSlot slot, RegState reg, int size) {
        slot.reg().set(reg);
        int i = StackSlot.BYTES;
        for (; i > StackSlot.BYTES - size; i--) {
            slot.setKind(i - 1, StackSlot.SPILL);
        }
        for (; i > 0; i--) {
            int kind = slot.kind(i - 1);
            if (kind != StackSlot.ZERO && kind != StackSlot.INVALID) {
                slot.setKind(i - 1, StackSlot.MISC);
            }
        }
    }

    private void spillPointer(FrameState frame, StackSlot slot, RegState reg, int size) {
        if (size != StackSlot.BYTES) {
            v.printer.sourceLine(v.insn);
            throw v.reject(Errno.EACCES, "invalid size of register spill");
        }
        if (frame != v.frame() && reg.is(RegType.STACK)) {
            throw v.reject(
                    Errno.EINVAL, "cannot spill pointers to stack into stack frame of the caller");
        }
        spill(slot, reg, size);
    }

    private void writeData(StackSlot slot, int off, int size, @Nullable RegState reg, int value) {
        Insn insn = v.insns[v.insn];
        slot.forgetReg();
        if (slot.isSpecial()) {
            slot.scrub();
        }
        int kind = StackSlot.MISC;
        if ((reg != null && reg.isNull())
                || (reg == null && isStoreOfConst(insn) && insn.imm() == 0)) {
            precision.markIfReg(value);
            kind = StackSlot.ZERO;
        }
        for (int i = 0; i < size; i++) {
            slot.setKind(byteOf(off + i), kind);
        }
    }

    private void writeVariable(FrameState frame, RegState pointer, int off, int size, int value) {
        int min = (int) pointer.smin + off;
        int max = (int) pointer.smax + off + size;
        RegState reg = value >= 0 ? v.reg(value) : null;
        Insn insn = v.insns[v.insn];
        boolean zero =
                (reg != null && reg.isNull())
                        || (reg == null && isStoreOfConst(insn) && insn.imm() == 0);
        for (int i = min; i < max; i++) {
            dynptrs.destroyIfAt(frame, slotOf(i));
        }
        boolean zeroUsed = false;
        for (int i = min; i < max; i++) {
            zeroUsed |= writeMaybe(frame, i, zero);
        }
        if (zeroUsed) {
            precision.markIfReg(value);
        }
    }

    /// One byte that may or may not be written; true when it stays 0 thanks to writing 0.
    private boolean writeMaybe(FrameState frame, int off, boolean zero) {
        int number = slotOf(off);
        StackSlot slot = frame.slot(number);
        int index = byteOf(off);
        v.scratched.slot(number);
        int kind = slot.kind(index);
        if (!v.privilege.mayLeak() && kind != StackSlot.MISC && kind != StackSlot.ZERO) {
            throw v.reject(
                    Errno.EINVAL,
                    "spilled ptr in range of var-offset stack write; insn %d, ptr off: %d",
                    v.insn,
                    off);
        }
        if (zero && kind == StackSlot.SPILL && slot.isSpilledScalar() && slot.reg().isNull()) {
            return true;
        }
        if (slot.isSpilled()) {
            slot.scrub();
            kind = slot.kind(index);
        }
        slot.forgetReg();
        boolean staysZero = zero && kind == StackSlot.ZERO;
        slot.setKind(index, staysZero ? StackSlot.ZERO : StackSlot.MISC);
        return staysZero;
    }

    // ---- loads

    void read(int number, int off, int size, int dst) {
        RegState pointer = v.reg(number);
        FrameState frame = v.frameOf(pointer);
        boolean variable = !pointer.var.isConst();
        if (dst < 0 && variable) {
            throw v.reject(
                    Errno.EACCES,
                    "variable offset stack pointer cannot be passed into helper function;"
                            + " var_off=%s off=%d size=%d",
                    pointer.var,
                    off,
                    size);
        }
        if (!variable) {
            readFixed(frame, off + (int) pointer.var.value(), size, dst);
            return;
        }
        checkInitialized(number, off, size, false, false, null);
        int min = (int) pointer.smin + off;
        int max = (int) pointer.smax + off + size;
        readData(frame, min, max, dst);
    }

    private void readFixed(FrameState frame, int off, int size, int dst) {
        int number = slotOf(off);
        StackSlot slot = frame.slot(number);
        v.scratched.slot(number);
        liveness.read(frame.frameNumber, number);
        boolean fills;
        if (slot.isSpilled()) {
            fills = readSpill(slot, off, size, dst);
        } else {
            for (int i = 0; i < size; i++) {
                checkReadable(slot.kind(byteOf(off + i)), off, i, size, false);
            }
            if (dst >= 0) {
                readData(frame, off, off + size, dst);
            }
            fills = false;
        }
        if (fills) {
            v.record(JumpHistory.stackAccess(frame.frameNumber, number), LinkedRegs.NONE);
        }
    }

    private void checkReadable(int kind, int off, int index, int size, boolean spillOk) {
        boolean readable =
                kind == StackSlot.MISC
                        || kind == StackSlot.ZERO
                        || (kind == StackSlot.INVALID && v.privilege.mayLeak())
                        || (spillOk && kind == StackSlot.SPILL);
        if (!readable) {
            throw v.reject(
                    Errno.EACCES, "invalid read from stack off %d+%d size %d", off, index, size);
        }
    }

    /// Reads from a slot that holds a spill; true when the register state was restored.
    private boolean readSpill(StackSlot slot, int off, int size, int dst) {
        RegState spilled = slot.reg();
        int spillSize = slot.spillSize();
        if (size == StackSlot.BYTES && spillSize == StackSlot.BYTES) {
            if (dst >= 0) {
                v.reg(dst).set(spilled);
            } else if (v.isSecret(spilled)) {
                throw v.reject(Errno.EACCES, "leaking pointer from stack off %d", off);
            }
            return true;
        }
        if (!spilled.isScalar()) {
            v.printer.sourceLine(v.insn);
            throw v.reject(Errno.EACCES, "invalid size of register fill");
        }
        if (dst < 0) {
            return false;
        }
        RegState target = v.reg(dst);
        if (size <= spillSize && off % StackSlot.BYTES == 0) {
            target.set(spilled);
            if (spilled.width() > size * 8) {
                target.unlink();
            }
            return true;
        }
        int spills = 0;
        int zeros = 0;
        for (int i = 0; i < size; i++) {
            int kind = slot.kind(byteOf(off + i));
            spills += kind == StackSlot.SPILL ? 1 : 0;
            zeros += kind == StackSlot.ZERO ? 1 : 0;
            checkReadable(kind, off, i, size, true);
        }
        if (spills == size && spilled.var.isConst(0)) {
            target.markConst(0);
            return true;
        }
        if (zeros == size) {
            target.markConst(0);
        } else {
            target.markUnknown();
        }
        return false;
    }

    private void readData(FrameState frame, int min, int max, int dst) {
        int zeros = 0;
        for (int i = min; i < max; i++) {
            v.scratched.slot(slotOf(i));
            if (frame.slot(slotOf(i)).kind(byteOf(i)) != StackSlot.ZERO) {
                break;
            }
            zeros++;
        }
        if (zeros == max - min) {
            v.reg(dst).markConst(0);
        } else {
            v.reg(dst).markUnknown();
        }
    }

    // ---- helpers

    /// Demands that a helper may read, or write, that memory. Raw memory need not be initialised:
    /// `call` is told its place, and the bytes are marked as written after all arguments.
    void checkInitialized(
            int number,
            int off,
            int size,
            boolean zeroAllowed,
            boolean write,
            @Nullable CallFacts call) {
        RegState reg = v.reg(number);
        FrameState frame = v.frameOf(reg);
        if (size == 0 && !zeroAllowed) {
            throw v.reject(Errno.EACCES, "invalid zero-sized read");
        }
        checkBounds(number, off, size, write);
        boolean fixed = reg.var.isConst();
        if (!fixed && !v.privilege.mayLeak()) {
            throw v.reject(
                    Errno.EACCES,
                    "R%d variable offset stack access prohibited for !root, var_off=%s",
                    number,
                    reg.var);
        }
        int min = (int) (fixed ? reg.var.value() : reg.smin) + off;
        int max = (int) (fixed ? reg.var.value() : reg.smax) + off;
        if (call != null && call.raw && fixed) {
            checkNoDynptr(frame, min, max + size);
            call.rawSize = size;
            call.rawReg = number;
            return;
        }
        for (int i = min; i < max + size; i++) {
            checkByte(frame, reg, number, min, i, size, write);
            liveness.read(reg.frame, slotOf(i));
        }
    }

    private void checkNoDynptr(FrameState frame, int min, int end) {
        for (int i = min; i < end; i++) {
            if (slotOf(i) < frame.slotCount()
                    && frame.slot(slotOf(i)).kind(byteOf(i)) == StackSlot.DYNPTR) {
                throw v.reject(Errno.EACCES, "potential write to dynptr at off=%d disallowed", i);
            }
        }
    }

    private void checkByte(
            FrameState frame,
            RegState pointer,
            int number,
            int min,
            int off,
            int size,
            boolean write) {
        StackSlot slot = frame.slot(slotOf(off));
        int index = byteOf(off);
        int kind = slot.kind(index);
        if (kind == StackSlot.MISC) {
            return;
        }
        if (kind == StackSlot.ZERO || (kind == StackSlot.INVALID && v.privilege.mayLeak())) {
            if (write) {
                slot.setKind(index, StackSlot.MISC);
            }
            return;
        }
        if (slot.isSpilled() && (slot.isSpilledScalar() || v.privilege.mayLeak())) {
            if (write) {
                slot.reg().markUnknown();
                slot.scrub();
            }
            return;
        }
        if (pointer.var.isConst()) {
            throw v.reject(
                    Errno.EACCES,
                    "invalid read from stack R%d off %d+%d size %d",
                    number,
                    min,
                    off - min,
                    size);
        }
        throw v.reject(
                Errno.EACCES,
                "invalid read from stack R%d var_off %s+%d size %d",
                number,
                pointer.var,
                off - min,
                size);
    }
}
