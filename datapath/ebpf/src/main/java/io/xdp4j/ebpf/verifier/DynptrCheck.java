package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.Errno;
import org.jspecify.annotations.Nullable;

/// Dynptrs on the stack: two slots that only helpers may touch.
///
/// Kernel: `process_dynptr_func` and around it.
final class DynptrCheck {
    private final Verification v;
    private final StackLiveness liveness;

    DynptrCheck(Verification v, StackLiveness liveness) {
        this.v = v;
        this.liveness = liveness;
    }

    /// The upper slot of the object of `count` slots that a stack pointer points to; -1 when the
    /// stack is not that large yet.
    int slotOf(RegState pointer, String what, int count) {
        if (!pointer.var.isConst()) {
            throw v.reject(Errno.EINVAL, "%s has to be at a constant offset", what);
        }
        int off = pointer.off + (int) pointer.var.value();
        int slot = (-off - 1) / StackSlot.BYTES;
        if (off % StackSlot.BYTES != 0 || slot + 1 < count || off >= 0) {
            throw v.reject(Errno.EINVAL, "cannot pass in %s at an offset=%d", what, off);
        }
        return slot < v.frameOf(pointer).slotCount() ? slot : -1;
    }

    private int slotOf(RegState pointer) {
        return slotOf(pointer, "dynptr", 2);
    }

    /// A store into a dynptr makes it and all slices of it invalid.
    void destroyIfAt(FrameState frame, int number) {
        if (number >= frame.slotCount() || frame.slot(number).kind(0) != StackSlot.DYNPTR) {
            return;
        }
        int upper = frame.slot(number).reg().firstSlot ? number : number + 1;
        RegState dynptr = frame.slot(upper).reg();
        if (dynptr.dynptr == DynptrType.RINGBUF) {
            throw v.reject(Errno.EINVAL, "cannot overwrite referenced dynptr");
        }
        int id = dynptr.id;
        clear(frame, upper);
        v.state()
                .forEachReg(reg -> {
                    if (reg.is(RegType.MEM)
                            && (reg.flags & ~RegType.MAYBE_NULL) == 0
                            && reg.dynptrId == id) {
                        reg.markUnknown();
                    }
                });
    }

    private void clear(FrameState frame, int upper) {
        v.scratched.slot(upper);
        v.scratched.slot(upper - 1);
        frame.slot(upper).clear();
        frame.slot(upper - 1).clear();
        liveness.write(frame.frameNumber, upper);
        liveness.write(frame.frameNumber, upper - 1);
    }

    /// Makes a dynptr of the two slots; `reference` 0 acquires one where the type needs it.
    void create(RegState pointer, DynptrType type, int reference) {
        FrameState frame = v.frameOf(pointer);
        int upper = slotOf(pointer);
        destroyIfAt(frame, upper);
        destroyIfAt(frame, upper - 1);
        int id = v.newId();
        int owned = reference;
        if (type == DynptrType.RINGBUF && owned == 0) {
            owned = v.newId();
            v.state().acquire(owned, v.insn);
        }
        for (int i = 0; i < 2; i++) {
            StackSlot slot = frame.slot(upper - i);
            slot.fill(StackSlot.DYNPTR);
            RegState reg = slot.reg();
            reg.markPointer(RegType.DYNPTR, 0);
            reg.id = id;
            reg.dynptr = type;
            reg.firstSlot = i == 0;
            reg.refObjId = owned;
            liveness.write(frame.frameNumber, upper - i);
        }
    }

    /// Demands room where no live dynptr with a reference is lost.
    void checkRoom(RegState pointer, int number) {
        checkIsDynptrPointer(pointer, number);
        if (pointer.is(RegType.DYNPTR)) {
            throw v.reject(Errno.EINVAL, "Dynptr has to be an uninitialized dynptr");
        }
        slotOf(pointer);
    }

    private void checkIsDynptrPointer(RegState pointer, int number) {
        if (!pointer.isPlain(RegType.STACK) && !pointer.isPlain(RegType.DYNPTR)) {
            throw v.reject(
                    Errno.EINVAL,
                    "arg#%d expected pointer to stack or const struct bpf_dynptr",
                    number - 1);
        }
    }

    /// Demands an initialised dynptr, of that type unless null is asked for.
    void checkInitialized(RegState pointer, int number, @Nullable DynptrType type) {
        checkIsDynptrPointer(pointer, number);
        RegState dynptr = find(pointer);
        if (dynptr == null) {
            throw v.reject(Errno.EINVAL, "Expected an initialized dynptr as arg #%d", number - 1);
        }
        if (type != null && dynptr.dynptr != type) {
            throw v.reject(
                    Errno.EINVAL,
                    "Expected a dynptr of type %s as arg #%d",
                    type.text(),
                    number - 1);
        }
        if (pointer.is(RegType.STACK)) {
            int upper = slotOf(pointer);
            for (int i = 0; i < 2; i++) {
                liveness.read(pointer.frame, upper - i);
                v.scratched.slot(upper - i);
            }
        }
    }

    /// The dynptr behind a pointer, or null when there is none.
    @Nullable RegState find(RegState pointer) {
        if (pointer.is(RegType.DYNPTR)) {
            return pointer;
        }
        int upper = slotOf(pointer);
        if (upper < 0) {
            return null;
        }
        FrameState frame = v.frameOf(pointer);
        StackSlot first = frame.slot(upper);
        boolean valid =
                first.isAll(StackSlot.DYNPTR)
                        && first.reg().firstSlot
                        && frame.slot(upper - 1).isAll(StackSlot.DYNPTR);
        return valid ? first.reg() : null;
    }

    /// Gives a dynptr's record back: the dynptr, its clones and all slices are gone.
    void release(RegState pointer) {
        FrameState frame = v.frameOf(pointer);
        int upper = slotOf(pointer);
        int reference = frame.slot(upper).reg().refObjId;
        if (frame.slot(upper).reg().dynptr != DynptrType.RINGBUF) {
            clear(frame, upper);
            return;
        }
        v.state().release(reference);
        References.invalidate(v.state(), reference);
        for (int i = 1; i < frame.slotCount(); i++) {
            StackSlot slot = frame.slot(i);
            if (slot.kind(0) == StackSlot.DYNPTR
                    && slot.reg().refObjId == reference
                    && slot.reg().firstSlot) {
                clear(frame, i);
            }
        }
    }
}
