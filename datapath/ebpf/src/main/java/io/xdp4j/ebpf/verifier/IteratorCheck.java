package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.Errno;

/// Open-coded iterators on the stack.
///
/// Kernel: `process_iter_arg`, `process_iter_next_call`.
final class IteratorCheck {
    private final Verification v;
    private final PendingBranches pending;
    private final DynptrCheck slots;
    private final References references;
    private final StackLiveness liveness;

    IteratorCheck(
            Verification v,
            PendingBranches pending,
            DynptrCheck slots,
            References references,
            StackLiveness liveness) {
        this.v = v;
        this.pending = pending;
        this.slots = slots;
        this.references = references;
        this.liveness = liveness;
    }

    /// Stack slots an iterator of that type takes.
    static int slotsOf(String type) {
        return switch (type) {
            case "bpf_iter_num", "bpf_iter_task_vma", "bpf_irq_flag", "bpf_irq_lock" -> 1;
            case "bpf_iter_task", "bpf_iter_css" -> 3;
            default -> 2;
        };
    }

    private static String kind(String type) {
        return type.substring("bpf_".length());
    }

    /// Tells types apart in [RegState#btfId].
    private static int number(String type) {
        return type.hashCode() | 1;
    }

    void checkRoom(RegState pointer, String type, int number) {
        int count = slotsOf(type);
        int upper = slots.slotOf(pointer, "iter", count);
        if (upper < 0) {
            return;
        }
        for (int i = 0; i < count; i++) {
            StackSlot slot = v.frameOf(pointer).slot(upper - i);
            for (int b = 0; b < StackSlot.BYTES; b++) {
                if (slot.kind(b) == StackSlot.ITER) {
                    throw v.reject(
                            Errno.EINVAL,
                            "expected uninitialized %s as arg #%d",
                            kind(type),
                            number - 1);
                }
            }
        }
    }

    /// @param guarded true for one whose elements are good in a read section only
    void create(RegState pointer, String type, boolean guarded) {
        FrameState frame = v.frameOf(pointer);
        int count = slotsOf(type);
        int upper = slots.slotOf(pointer, "iter", count);
        int reference = v.newId();
        v.state().acquire(reference, v.insn);
        for (int i = 0; i < count; i++) {
            StackSlot slot = frame.slot(upper - i);
            slot.fill(StackSlot.ITER);
            RegState reg = slot.reg();
            reg.markPointer(RegType.STACK, guarded ? RegType.RCU : 0);
            reg.refObjId = i == 0 ? reference : 0;
            reg.btfId = number(type);
            reg.iter = IterState.ACTIVE;
            liveness.write(frame.frameNumber, upper - i);
            v.scratched.slot(upper - i);
        }
    }

    /// Demands an iterator of that type; returns its upper slot.
    int checkInitialized(RegState pointer, String type, int number) {
        FrameState frame = v.frameOf(pointer);
        int count = slotsOf(type);
        int upper = slots.slotOf(pointer, "iter", count);
        boolean valid = upper >= 0;
        for (int i = 0; valid && i < count; i++) {
            StackSlot slot = frame.slot(upper - i);
            valid =
                    slot.isAll(StackSlot.ITER)
                            && (i == 0) == (slot.reg().refObjId != 0)
                            && slot.reg().btfId == number(type);
        }
        if (valid && frame.slot(upper).reg().has(RegType.UNTRUSTED)) {
            throw v.reject(Errno.EINVAL, "expected an RCU CS when using %s", kind(type));
        }
        if (!valid) {
            throw v.reject(
                    Errno.EINVAL, "expected an initialized %s as arg #%d", kind(type), number - 1);
        }
        for (int i = 0; i < count; i++) {
            liveness.read(frame.frameNumber, upper - i);
            v.scratched.slot(upper - i);
        }
        return upper;
    }

    /// Demands that of all saved interrupt states this one was saved last.
    void checkLastSaved(int reference) {
        v.state()
                .forEachIterator(saved -> {
                    boolean irq =
                            saved.btfId == number("bpf_irq_flag")
                                    || saved.btfId == number("bpf_irq_lock");
                    if (irq && saved.refObjId > reference) {
                        throw v.reject(
                                Errno.EACCES,
                                "cannot restore irq state out of order, expected id=%d",
                                saved.refObjId);
                    }
                });
    }

    void destroy(RegState pointer, String type) {
        FrameState frame = v.frameOf(pointer);
        int count = slotsOf(type);
        int upper = slots.slotOf(pointer, "iter", count);
        references.release(frame.slot(upper).reg().refObjId);
        for (int i = 0; i < count; i++) {
            frame.slot(upper - i).clear();
            liveness.write(frame.frameNumber, upper - i);
            v.scratched.slot(upper - i);
        }
    }

    /// True for an iterator whose elements are good in a read section only.
    boolean isProtected(int frame, int slot) {
        return v.state().frame(frame).slot(slot).reg().has(RegType.RCU);
    }

    /// One way gets an element and goes on, the other one is told that there is none left.
    void next(int frameNumber, int slot) {
        RegState iterator = v.state().frame(frameNumber).slot(slot).reg();
        if (iterator.iter == IterState.ACTIVE) {
            VerifierState checkpoint = v.state().parent;
            VerifierState before =
                    checkpoint == null
                            ? null
                            : Widening.previousAt(checkpoint.parent, v.insn, checkpoint);
            VerifierState queued = pending.push(v.insn + 1, v.insn);
            queued.frame(frameNumber).slot(slot).reg().iterDepth++;
            if (before != null) {
                Widening.widen(before, queued, v.lastId());
            }
            NullChecks.markNotNull(queued.top().reg(0));
        }
        iterator.iter = IterState.DRAINED;
        v.reg(0).markConst(0);
    }

    /// True when the iterator that r1 points to has more to give.
    static boolean isActive(VerifierState state) {
        RegState pointer = state.top().reg(1);
        int slot = (-(pointer.off + (int) pointer.var.value()) - 1) / StackSlot.BYTES;
        FrameState frame = state.frame(pointer.frame);
        return slot >= 0
                && slot < frame.slotCount()
                && frame.slot(slot).reg().iter == IterState.ACTIVE;
    }

    /// True when an active iterator has gone on between the two states.
    static boolean depthsDiffer(VerifierState old, VerifierState current) {
        for (int f = old.depth(); f >= 0; f--) {
            FrameState frame = old.frame(f);
            for (int s = 0; s < frame.slotCount(); s++) {
                StackSlot slot = frame.slot(s);
                if (slot.kind(0) == StackSlot.ITER
                        && slot.reg().iter == IterState.ACTIVE
                        && current.frame(f).slot(s).reg().iterDepth != slot.reg().iterDepth) {
                    return true;
                }
            }
        }
        return false;
    }
}
