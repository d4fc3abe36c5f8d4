package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import io.xdp4j.ebpf.vm.BpfMachine;
import java.util.BitSet;

/// What a processor may do on a branch that it guessed wrongly, for programs whose loader may not read
/// the kernel's memory: ways that the ranges rule out are followed as well, and arithmetic on pointers
/// must be such that the kernel can mask it.
///
/// On such a way an error ends the way, not the verification: the kernel puts a barrier there.
///
/// Kernel: `sanitize_ptr_alu`, `sanitize_speculative_path`, 6.18.
final class Speculation {
    private static final String SECRET = ", pointer arithmetic with it prohibited for !root";

    // how an instruction is masked: one way for all paths
    private static final int SCALARS_ONLY = 1;
    private static final int NEGATIVE = 2;
    private static final int IMMEDIATE = 4;
    private static final int POINTER_IN_DST = 8;
    private static final int POINTER_IN_SRC = 16;

    /// A mask under way: from the pointer before the operation to the one behind it.
    private record Window(int state, int limit, boolean toLeft) {
        static final Window NONE = new Window(0, 0, false);
    }

    private final Verification v;
    private final PendingBranches pending;
    private final boolean on;
    private final int[] masks;
    private final int[] limits;
    private final BitSet barrierBefore = new BitSet();
    private final BitSet barrierBehind = new BitSet();
    private Window window = Window.NONE;

    Speculation(Verification v, PendingBranches pending) {
        this.v = v;
        this.pending = pending;
        this.on = !v.privilege.mayLeak();
        this.masks = new int[on ? v.insns.length : 0];
        this.limits = new int[on ? v.insns.length : 0];
    }

    // ---- ways

    /// The way that a conditional jump never takes, with unknown operands.
    void follow(Insn jump, int to) {
        if (!on) {
            return;
        }
        VerifierState way = pending.push(to, v.insn);
        way.speculative = true;
        way.top().reg(jump.dst()).markUnknown();
        if (InsnSanity.isRegisterSource(jump)) {
            way.top().reg(jump.src()).markUnknown();
        }
    }

    /// True when no processor gets further than before that instruction.
    boolean stopsBefore(int insn) {
        return v.state().speculative && barrierBefore.get(insn);
    }

    /// True when no processor gets further than behind that instruction.
    boolean stopsBehind(int insn) {
        return on && v.state().speculative && barrierBehind.get(insn);
    }

    /// True when an error does no harm: it is on a way that a barrier closes.
    boolean absorbs(Rejection why, int insn) {
        boolean harmless =
                why.errno() == Errno.EPERM
                        || why.errno() == Errno.EACCES
                        || why.errno() == Errno.EINVAL;
        if (!harmless || !v.state().speculative) {
            return false;
        }
        barrierBefore.set(insn);
        masks[insn] = 0;
        return true;
    }

    /// A store over what may have been a pointer: a processor might still read that.
    void noteStore(StackSlot slot, int firstByte, int size, boolean storesPointer) {
        if (!on) {
            return;
        }
        boolean covers = storesPointer;
        for (int i = 0; i < size; i++) {
            int kind = slot.kind(firstByte - i);
            covers |= kind != StackSlot.MISC && kind != StackSlot.ZERO;
        }
        if (covers) {
            barrierBehind.set(v.insn);
        }
    }

    // ---- masks

    private boolean isMasked(Insn insn) {
        int op = InsnSanity.op(insn);
        return on
                && (op == Opcode.ADD || op == Opcode.SUB)
                && InsnSanity.isRegisterSource(insn)
                && !barrierBefore.get(v.insn);
    }

    /// Arithmetic on numbers: the same instruction must not be masked on another path.
    void checkScalars(Insn insn) {
        if (isMasked(insn)) {
            choose(insn, SCALARS_ONLY, 0);
        }
    }

    /// Before a pointer is moved: how far it may be.
    void begin(Insn insn, RegState pointer, RegState offset, boolean pointerIsDst) {
        if (!isMasked(insn)) {
            return;
        }
        boolean constant = offset.var.isConst();
        boolean negative = offset.smin < 0;
        if (!v.state().speculative) {
            if (!constant && negative != offset.smax < 0) {
                throw refuse(
                        "R%d has unknown scalar with mixed signed bounds",
                        pointerIsDst ? insn.src() : insn.dst());
            }
            boolean toLeft = (InsnSanity.op(insn) == Opcode.ADD) == negative;
            int limit = limit(insn, pointer, toLeft, pointerIsDst);
            int state =
                    (negative ? NEGATIVE : 0)
                            | (constant ? IMMEDIATE : 0)
                            | (pointerIsDst ? POINTER_IN_DST : POINTER_IN_SRC);
            v.masksVary |= !constant;
            window = new Window(state, limit, toLeft);
        }
        if (!constant) {
            followMasked(insn, pointer, pointerIsDst);
        }
    }

    /// The offset may be masked to 0 there.
    private void followMasked(Insn insn, RegState pointer, boolean pointerIsDst) {
        VerifierState way = pending.push(v.insn + 1, v.insn);
        way.speculative = true;
        if (!pointerIsDst) {
            way.top().reg(insn.dst()).set(pointer);
        }
    }

    /// After the pointer was moved: where it is now, and how wide the mask.
    void commit(Insn insn, RegState dst, boolean pointerIsDst, MemoryCheck memory) {
        if (!on) {
            return;
        }
        checkPlace(insn, dst, memory);
        if (isMasked(insn) && !v.state().speculative) {
            int limit = limit(insn, dst, window.toLeft, pointerIsDst);
            choose(insn, window.state, Math.abs(window.limit - limit));
        }
    }

    private void checkPlace(Insn insn, RegState dst, MemoryCheck memory) {
        if (dst.is(RegType.STACK)) {
            checkStack(insn.dst(), dst);
        } else if (dst.is(RegType.MAP_VALUE)) {
            try {
                memory.checkMapRange(insn.dst(), dst.off, 1, false, true);
            } catch (Rejection outside) {
                throw v.reject(
                        Errno.EACCES,
                        "R%d pointer arithmetic of map value goes out of range, prohibited for !root",
                        insn.dst());
            }
        }
    }

    private void checkStack(int number, RegState dst) {
        long off = dst.off + dst.var.value();
        if (!dst.var.isConst()) {
            throw v.reject(
                    Errno.EACCES,
                    "R%d variable stack access prohibited for !root, var_off=%s off=%d",
                    number,
                    dst.var,
                    off);
        }
        if (off >= 0 || off < -BpfMachine.STACK_FRAME_BYTES) {
            throw v.reject(
                    Errno.EACCES,
                    "R%d stack pointer arithmetic goes out of range, prohibited for !root; off=%d",
                    number,
                    off);
        }
    }

    /// How far a pointer is from the end that it moves towards.
    private int limit(Insn insn, RegState pointer, boolean toLeft, boolean pointerIsDst) {
        int max;
        int limit;
        switch (pointer.type) {
            case STACK -> {
                max = BpfMachine.STACK_FRAME_BYTES + (toLeft ? 1 : 0);
                limit = (int) -(pointer.var.value() + pointer.off);
            }
            case MAP_VALUE -> {
                max = MemoryCheck.mapOf(pointer).valueSize();
                limit = (int) ((toLeft ? pointer.smin : pointer.umax) + pointer.off);
            }
            default ->
                    throw refuse(
                            "R%d has pointer with unsupported alu operation",
                            pointerIsDst ? insn.dst() : insn.src());
        }
        if (Integer.compareUnsigned(limit, max) >= 0) {
            throw refuse("R%d tried to " + verb(insn) + " beyond pointer bounds", insn.dst());
        }
        return limit;
    }

    private void choose(Insn insn, int state, int limit) {
        if (masks[v.insn] != 0 && (masks[v.insn] != state || limits[v.insn] != limit)) {
            throw refuse(
                    "R%d tried to " + verb(insn) + " from different maps, paths or scalars",
                    insn.dst());
        }
        masks[v.insn] = state;
        limits[v.insn] = limit;
    }

    private static String verb(Insn insn) {
        return InsnSanity.op(insn) == Opcode.ADD ? "add" : "sub";
    }

    private Rejection refuse(String what, int number) {
        return v.reject(Errno.EACCES, what + SECRET, number);
    }
}
