package io.xdp4j.ebpf.verifier;

import org.jspecify.annotations.Nullable;

/// Forgets values that change from one round of a loop to the next and decide nothing, so that the
/// rounds' states become equal.
///
/// Kernel: `widen_imprecise_scalars`, `find_prev_entry`.
final class Widening {
    private Widening() {}

    /// The closest checkpoint before at the same instruction and call chain, or null.
    static @Nullable VerifierState previousAt(
            @Nullable VerifierState from, int insn, VerifierState like) {
        for (VerifierState state = from; state != null; state = state.parent) {
            if (state.insn == insn && state.sameCallsites(like)) {
                return state;
            }
        }
        return null;
    }

    static void widen(VerifierState before, VerifierState now, int lastId) {
        IdMap ids = new IdMap();
        ids.reset(lastId);
        for (int f = before.depth(); f >= 0; f--) {
            FrameState old = before.frame(f);
            FrameState current = now.frame(f);
            for (int r = 0; r < FrameState.FP; r++) {
                widen(old.reg(r), current.reg(r), ids);
            }
            int shared = Math.min(old.slotCount(), current.slotCount());
            for (int s = 0; s < shared; s++) {
                if (old.slot(s).isSpilled() && current.slot(s).isSpilled()) {
                    widen(old.slot(s).reg(), current.slot(s).reg(), ids);
                }
            }
        }
    }

    private static void widen(RegState old, RegState current, IdMap ids) {
        if (!old.isScalar() || !current.isScalar()) {
            return;
        }
        if (!old.precise && !current.precise && !StateComparison.isExact(old, current, ids)) {
            current.markUnknown();
        }
    }
}
