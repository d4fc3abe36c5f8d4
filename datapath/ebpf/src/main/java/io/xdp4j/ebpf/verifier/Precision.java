package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import org.jspecify.annotations.Nullable;

/// Finds out on which scalars of earlier checkpoints a decision rests: their exact ranges matter
/// when states are compared, all others' do not.
///
/// Walks back over the instructions that led to the current one with the set of registers and slots
/// that still need an explanation, and marks those that checkpoints on the way hold.
///
/// Kernel: `__mark_chain_precision`, `backtrack_insn`.
final class Precision {
    private static final int ARGUMENTS = 0x3e;

    private final Verification v;
    private final int[] regs = new int[VerifierState.MAX_FRAMES];
    private final long[] slots = new long[VerifierState.MAX_FRAMES];
    private final PrecisionLog log;
    private int frame;
    private boolean changed;

    Precision(Verification v) {
        this.v = v;
        this.log = new PrecisionLog(v);
    }

    /// The value of that register decides something.
    void mark(int number) {
        if (!v.privilege.isCapable()) {
            return; // all are precise
        }
        reset(v.state());
        regs[frame] = 1 << number;
        walk(v.state());
    }

    /// The value spilled to that slot decides something.
    void markSlot(int inFrame, int slot) {
        if (!v.privilege.isCapable()) {
            return;
        }
        reset(v.state());
        slots[inFrame] = 1L << slot;
        walk(v.state());
    }

    void markIfReg(int number) {
        if (number >= 0) {
            mark(number);
        }
    }

    /// Marks in `current` and before what was precise in the equal state `old`; true when that
    /// added a mark.
    boolean propagate(VerifierState old, VerifierState current) {
        if (!v.privilege.isCapable()) {
            return false;
        }
        reset(current);
        changed = false;
        for (int f = old.depth(); f >= 0; f--) {
            FrameState from = old.frame(f);
            for (int r = 0; r < FrameState.FP; r++) {
                if (from.reg(r).isScalar() && from.reg(r).precise) {
                    regs[f] |= 1 << r;
                }
            }
            for (int s = 0; s < from.slotCount(); s++) {
                if (from.slot(s).isSpilledScalar() && from.slot(s).reg().precise) {
                    slots[f] |= 1L << s;
                }
            }
            if (log.isOn()) {
                log.propagating(f, regs[f], slots[f]);
            }
        }
        walk(current);
        return changed;
    }

    private void reset(VerifierState start) {
        java.util.Arrays.fill(regs, 0);
        java.util.Arrays.fill(slots, 0);
        frame = start.depth();
    }

    private boolean isEmpty() {
        long any = 0;
        for (int f = 0; f <= frame; f++) {
            any |= regs[f] | slots[f];
        }
        return any == 0;
    }

    private boolean has(int reg) {
        return (regs[frame] >>> reg & 1) != 0;
    }

    private void add(int reg) {
        regs[frame] |= 1 << reg;
    }

    private void remove(int reg) {
        regs[frame] &= ~(1 << reg);
    }

    private void walk(VerifierState start) {
        if (isEmpty()) {
            return;
        }
        VerifierState state = start;
        int first = start.firstInsn;
        int last = start.insn;
        int subsequent = -1;
        boolean skip = true;
        while (true) {
            if (log.isOn()) {
                log.section(frame, last, first, subsequent);
            }
            if (last < 0) {
                markArguments(state);
                return;
            }
            int entries = state.history.count();
            int at = last;
            while (true) {
                if (skip) {
                    skip = false;
                } else {
                    int entry = entryAt(state.history, entries, at);
                    if (!step(at, subsequent, state.history, entry)) {
                        markAll(start);
                        return;
                    }
                }
                if (isEmpty()) {
                    return;
                }
                subsequent = at;
                if (at == state.firstInsn
                        && (entries == 0 || (entries == 1 && state.history.insn(0) == at))) {
                    break;
                }
                if (entries > 0 && state.history.insn(entries - 1) == at) {
                    at = state.history.previous(entries - 1);
                    entries--;
                } else {
                    at--;
                }
                if (at < 0) {
                    markAll(start);
                    return;
                }
            }
            VerifierState parent = state.parent;
            if (parent == null) {
                break;
            }
            state = parent;
            markIn(state);
            if (isEmpty()) {
                return;
            }
            subsequent = first;
            last = state.lastInsn;
            first = state.firstInsn;
        }
        if (!isEmpty()) {
            markAll(start);
        }
    }

    private static int entryAt(JumpHistory history, int entries, int insn) {
        return entries > 0 && history.insn(entries - 1) == insn ? entries - 1 : -1;
    }

    /// At the entry of a global function its arguments explain the rest.
    private void markArguments(VerifierState state) {
        FrameState entry = state.frame(0);
        for (int r = 1; r <= 5; r++) {
            if ((regs[0] >>> r & 1) != 0 && entry.reg(r).isScalar()) {
                entry.reg(r).precise = true;
                changed = true;
            }
        }
    }

    private void markIn(VerifierState state) {
        for (int f = frame; f >= 0; f--) {
            FrameState at = state.frame(f);
            for (int r = 0; r < FrameState.REGISTERS; r++) {
                if ((regs[f] >>> r & 1) != 0 && !markReg(at.reg(r))) {
                    regs[f] &= ~(1 << r);
                }
            }
            for (int s = 0; s < 64; s++) {
                if ((slots[f] >>> s & 1) == 0) {
                    continue;
                }
                boolean marked =
                        s < at.slotCount()
                                && at.slot(s).isSpilledScalar()
                                && markReg(at.slot(s).reg());
                if (!marked) {
                    slots[f] &= ~(1L << s);
                }
            }
            if (log.isOn()) {
                log.parent(state, f, regs[f], slots[f]);
            }
        }
    }

    /// False when the register needs no mark: no scalar, or marked already.
    private boolean markReg(RegState reg) {
        if (!reg.isScalar() || reg.precise) {
            return false;
        }
        reg.precise = true;
        changed = true;
        return true;
    }

    /// Gives up explaining: all scalars of all checkpoints before matter.
    void markAll(VerifierState start) {
        for (VerifierState state = start.parent; state != null; state = state.parent) {
            state.forEachReg(reg -> {
                if (reg.isScalar()) {
                    reg.precise = true;
                }
            });
        }
        reset(start);
    }

    /// A new checkpoint starts without marks.
    static void forget(VerifierState state) {
        state.forEachReg(reg -> {
            if (reg.isScalar()) {
                reg.precise = false;
            }
        });
    }

    // ---- one instruction backwards

    /// False when it cannot be explained.
    private boolean step(int at, int subsequent, JumpHistory history, int entry) {
        Insn insn = v.insns[at];
        if (insn.opcode() == 0) {
            return true;
        }
        if (log.isOn()) {
            log.before(frame, regs[frame], slots[frame], at);
        }
        int flags = entry < 0 ? 0 : history.flags(entry);
        LinkedRegs links = entry < 0 ? null : history.links(entry);
        syncLinks(links);
        boolean explained =
                switch (insn.opClass()) {
                    case Opcode.ALU, Opcode.ALU64 -> stepAlu(insn);
                    case Opcode.LDX -> stepLoad(insn, flags);
                    case Opcode.STX, Opcode.ST ->
                            isAtomicLoad(insn) ? stepLoad(insn, flags) : stepStore(insn, flags);
                    case Opcode.JMP, Opcode.JMP32 -> stepJump(at, insn, subsequent, flags);
                    default -> stepLd(insn);
                };
        if (explained && !isUntouched(insn)) {
            syncLinks(links);
        }
        return explained;
    }

    /// The kernel returns early for loads and arithmetic that the set does not contain; links
    /// belong to conditional jumps only.
    private static boolean isUntouched(Insn insn) {
        return !InsnSanity.isJumpClass(insn);
    }

    private static boolean isAtomicLoad(Insn insn) {
        return insn.opClass() == Opcode.STX
                && (insn.opcode() & 0xe0) == Opcode.ATOMIC
                && insn.imm() == Opcode.LOAD_ACQ;
    }

    private void syncLinks(@Nullable LinkedRegs links) {
        if (links == null || links.count() == 0) {
            return;
        }
        boolean some = false;
        for (int i = 0; i < links.count(); i++) {
            int f = links.frame(i);
            int index = links.index(i);
            some |=
                    links.isRegister(i)
                            ? (regs[f] >>> index & 1) != 0
                            : (slots[f] >>> index & 1) != 0;
        }
        if (!some) {
            return;
        }
        for (int i = 0; i < links.count(); i++) {
            if (links.isRegister(i)) {
                regs[links.frame(i)] |= 1 << links.index(i);
            } else {
                slots[links.frame(i)] |= 1L << links.index(i);
            }
        }
    }

    private boolean stepAlu(Insn insn) {
        if (!has(insn.dst())) {
            return true;
        }
        int op = InsnSanity.op(insn);
        if (op == Opcode.END || op == Opcode.NEG) {
            return true;
        }
        boolean register = InsnSanity.isRegisterSource(insn);
        if (op == Opcode.MOV) {
            remove(insn.dst());
        }
        if (register && insn.src() != FrameState.FP) {
            add(insn.src());
        }
        return true;
    }

    private boolean stepLoad(Insn insn, int flags) {
        if (!has(insn.dst())) {
            return true;
        }
        remove(insn.dst());
        if ((flags & JumpHistory.STACK_ACCESS) != 0) {
            slots[JumpHistory.frameOf(flags)] |= 1L << JumpHistory.slotOf(flags);
        }
        return true;
    }

    private boolean stepStore(Insn insn, int flags) {
        if (has(insn.dst())) {
            return false;
        }
        if ((flags & JumpHistory.STACK_ACCESS) == 0) {
            return true;
        }
        int f = JumpHistory.frameOf(flags);
        long slot = 1L << JumpHistory.slotOf(flags);
        if ((slots[f] & slot) == 0) {
            return true;
        }
        slots[f] &= ~slot;
        if (insn.opClass() == Opcode.STX) {
            add(insn.src());
        }
        return true;
    }

    private boolean stepLd(Insn insn) {
        if (!has(insn.dst())) {
            return true;
        }
        remove(insn.dst());
        int mode = insn.opcode() & 0xe0;
        return mode != Opcode.IND && mode != Opcode.ABS;
    }

    private boolean stepJump(int at, Insn insn, int subsequent, int flags) {
        if (InsnSanity.isSubprogramCall(insn)) {
            return stepCall(at, insn);
        }
        if (Callbacks.isSyncCaller(insn) && at != subsequent - 1) {
            return leaveCallee(false);
        }
        int op = InsnSanity.op(insn);
        if (op == Opcode.CALL) {
            remove(0);
            return (regs[frame] & ARGUMENTS) == 0;
        }
        if (op == Opcode.EXIT) {
            return enterCallee(subsequent);
        }
        if (op != Opcode.JA && op != Opcode.JCOND && InsnSanity.isRegisterSource(insn)) {
            if (has(insn.dst()) || has(insn.src())) {
                if ((flags & JumpHistory.SRC_IS_STACK) == 0) {
                    add(insn.src());
                }
                if ((flags & JumpHistory.DST_IS_STACK) == 0) {
                    add(insn.dst());
                }
            }
        }
        return true;
    }

    private boolean stepCall(int at, Insn insn) {
        int callee = v.subprograms.startingAt(at + insn.imm() + 1);
        if (v.isGlobal(callee)) {
            if ((regs[frame] & ARGUMENTS) != 0) {
                return false;
            }
            remove(0);
            return true;
        }
        return leaveCallee(true);
    }

    /// Backwards out of a function's entry, to its caller.
    private boolean leaveCallee(boolean passesArguments) {
        if ((regs[frame] & ~ARGUMENTS) != 0 || slots[frame] != 0 || frame == 0) {
            return false;
        }
        if (passesArguments) {
            regs[frame - 1] |= regs[frame] & ARGUMENTS;
        }
        regs[frame] = 0;
        frame--;
        return true;
    }

    /// Backwards over an exit, into the function that returned.
    private boolean enterCallee(int subsequent) {
        if (subsequent >= 0 && v.facts.callsCallback.get(subsequent)) {
            regs[frame] &= ~ARGUMENTS;
        }
        if ((regs[frame] & ARGUMENTS) != 0 || frame == VerifierState.MAX_FRAMES - 1) {
            return false;
        }
        boolean result =
                subsequent - 1 >= 0
                        && InsnSanity.isSubprogramCall(v.insns[subsequent - 1])
                        && has(0);
        remove(0);
        frame++;
        if (result) {
            add(0);
        }
        return true;
    }
}
