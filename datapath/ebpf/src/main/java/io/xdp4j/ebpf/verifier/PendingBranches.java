package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.Errno;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// Ways not yet followed, the newest first.
///
/// Kernel: `push_stack`, `pop_stack`.
final class PendingBranches {
    private static final int LIMIT = 8192;

    /// @param state before `insn`, which `previousInsn` led to
    /// @param logPosition where the log stood
    record Branch(VerifierState state, int insn, int previousInsn, int logPosition) {}

    private final Verification v;
    private final Deque<Branch> stack = new ArrayDeque<>();

    PendingBranches(Verification v) {
        this.v = v;
    }

    /// Remembers a copy of the current state to go on at `insn`.
    VerifierState push(int insn, int previousInsn) {
        VerifierState copy = v.state().copy();
        push(copy, insn, previousInsn);
        VerifierState parent = copy.parent;
        if (parent != null) {
            parent.branches++;
        }
        return copy;
    }

    void push(VerifierState state, int insn, int previousInsn) {
        stack.push(new Branch(state, insn, previousInsn, v.log.position()));
        if (stack.size() > LIMIT) {
            throw v.reject(Errno.EFAULT, "The sequence of %d jumps is too complex.", stack.size());
        }
    }

    @Nullable Branch pop() {
        return stack.poll();
    }
}
