package io.xdp4j.ebpf.verifier;

/// The instructions of the path at hand, from the function's start to where it stands.
///
/// Kernel: `get_prev_insn_idx`.
final class PathTrace {
    /// Steps looked back at: what matters is near.
    private static final int MOST = 8192;

    private final Verification v;
    private final int[] back = new int[MOST];
    private int count;

    private PathTrace(Verification v) {
        this.v = v;
    }

    /// Instruction slots, the first first, the one at hand last; of a long path only its end.
    static int[] of(Verification v) {
        PathTrace trace = new PathTrace(v);
        trace.walk();
        int[] path = new int[trace.count];
        for (int i = 0; i < path.length; i++) {
            path[i] = trace.back[path.length - 1 - i];
        }
        return path;
    }

    private void walk() {
        int at = v.insn;
        for (VerifierState state = v.state(); state != null; state = state.parent) {
            if (!walk(state, at)) {
                return;
            }
            VerifierState parent = state.parent;
            at = parent == null ? -1 : parent.lastInsn;
            if (at < 0) {
                return;
            }
        }
    }

    /// From an instruction back to the one where the state began; false when there is no more room.
    private boolean walk(VerifierState state, int from) {
        JumpHistory history = state.history;
        int entries = history.count();
        int at = from;
        while (at >= 0 && count < MOST) {
            back[count++] = at;
            if (at == state.firstInsn
                    && (entries == 0 || (entries == 1 && history.insn(0) == at))) {
                return true;
            }
            if (entries > 0 && history.insn(entries - 1) == at) {
                at = history.previous(--entries);
            } else {
                at = at >= 2 && v.insns[at - 2].isLoadImm64() ? at - 2 : at - 1;
            }
        }
        return false;
    }
}
