package io.xdp4j.ebpf.verifier;

/// Open-coded iterators on the stack.
///
/// Kernel: `process_iter_next_call` and around it.
final class IteratorCheck {
    private IteratorCheck() {}

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
