package io.xdp4j.ebpf.verifier;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// All that is known before an instruction on one path: frames, references, locks, and how the path
/// led there.
///
/// Kernel: `struct bpf_verifier_state`.
final class VerifierState {
    static final int MAX_FRAMES = 8;

    private final FrameState[] frames = new FrameState[MAX_FRAMES];
    private int depth;

    List<Reference> references = new ArrayList<>(0);
    int activeLocks;
    int activeLockId;
    @Nullable Object activeLockOwner;
    int preemptDisabled;
    int rcuLocks;

    /// Paths from here not yet explored to their end.
    int branches;

    /// The checkpoint this state descends from.
    @Nullable VerifierState parent;

    int firstInsn;
    int lastInsn = -1;
    int insn;
    JumpHistory history = new JumpHistory();

    int callbackUnrollDepth;
    int mayGotoDepth;
    boolean inSleepable;

    /// True for what only a processor that guesses wrongly gets to.
    boolean speculative;

    /// True once dead registers and slots of a checkpoint were forgotten.
    boolean cleaned;

    /// The checkpoint that this back edge was found equal to.
    @Nullable VerifierState equalState;

    VerifierState(FrameState entry) {
        frames[0] = entry;
    }

    VerifierState copy() {
        VerifierState copy = new VerifierState(frames[0].copy());
        for (int i = 1; i <= depth; i++) {
            copy.frames[i] = frames[i].copy();
        }
        copy.depth = depth;
        copy.references = new ArrayList<>(references);
        copy.activeLocks = activeLocks;
        copy.activeLockId = activeLockId;
        copy.activeLockOwner = activeLockOwner;
        copy.preemptDisabled = preemptDisabled;
        copy.rcuLocks = rcuLocks;
        copy.branches = branches;
        copy.parent = parent;
        copy.firstInsn = firstInsn;
        copy.lastInsn = lastInsn;
        copy.insn = insn;
        copy.history = history.copy();
        copy.callbackUnrollDepth = callbackUnrollDepth;
        copy.mayGotoDepth = mayGotoDepth;
        copy.inSleepable = inSleepable;
        copy.speculative = speculative;
        copy.cleaned = cleaned;
        copy.equalState = equalState;
        return copy;
    }

    /// Number of the innermost frame.
    int depth() {
        return depth;
    }

    FrameState frame(int number) {
        return frames[number];
    }

    FrameState top() {
        return frames[depth];
    }

    void push(FrameState frame) {
        frames[++depth] = frame;
    }

    void pop() {
        depth--;
    }

    /// The instruction at which a frame stands.
    int insnOf(int frame) {
        return frame == depth ? insn : frames[frame + 1].callsite;
    }

    boolean sameCallsites(VerifierState other) {
        if (depth != other.depth) {
            return false;
        }
        for (int i = depth; i >= 0; i--) {
            if (frames[i].callsite != other.frames[i].callsite) {
                return false;
            }
        }
        return true;
    }

    interface RegVisitor {
        void visit(RegState reg);
    }

    /// Visits each register, and each spilled one, of all frames.
    void forEachReg(RegVisitor visitor) {
        for (int f = 0; f <= depth; f++) {
            FrameState frame = frames[f];
            for (int i = 0; i < FrameState.REGISTERS; i++) {
                visitor.visit(frame.reg(i));
            }
            for (int s = 0; s < frame.slotCount(); s++) {
                if (frame.slot(s).isSpilled()) {
                    visitor.visit(frame.slot(s).reg());
                }
            }
        }
    }

    /// Visits each slot of an iterator, of all frames.
    void forEachIterator(RegVisitor visitor) {
        for (int f = 0; f <= depth; f++) {
            for (int s = 0; s < frames[f].slotCount(); s++) {
                if (frames[f].slot(s).kind(0) == StackSlot.ITER) {
                    visitor.visit(frames[f].slot(s).reg());
                }
            }
        }
    }

    void acquire(int id, int insn) {
        references.add(new Reference(false, id, insn, null));
    }

    void acquireLock(int id, int insn, Object owner) {
        references.add(new Reference(true, id, insn, owner));
        activeLocks++;
        activeLockId = id;
        activeLockOwner = owner;
    }

    /// Takes a reference away; false when there is none with that id.
    boolean release(int id) {
        for (int i = 0; i < references.size(); i++) {
            if (!references.get(i).lock() && references.get(i).id() == id) {
                references.remove(i);
                return true;
            }
        }
        return false;
    }

    boolean holdsReference(int id) {
        for (Reference reference : references) {
            if (!reference.lock() && reference.id() == id) {
                return true;
            }
        }
        return false;
    }

    boolean holdsLock(int id, Object owner) {
        for (Reference reference : references) {
            if (reference.lock() && reference.id() == id && Objects.equals(reference.of(), owner)) {
                return true;
            }
        }
        return false;
    }

    void releaseLock(int id, Object owner) {
        for (int i = 0; i < references.size(); i++) {
            Reference reference = references.get(i);
            if (reference.lock() && reference.id() == id && Objects.equals(reference.of(), owner)) {
                references.remove(i);
                break;
            }
        }
        activeLocks--;
        activeLockId = 0;
        activeLockOwner = null;
        for (Reference reference : references) {
            if (reference.lock()) {
                activeLockId = reference.id();
                activeLockOwner = reference.of();
            }
        }
    }
}
