package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.helper.HelperProto;
import io.xdp4j.ebpf.helper.KfuncProto;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;

/// The control flow: every instruction is reached from the start, and where states are compared.
///
/// Kernel: `check_cfg`, `compute_postorder`.
final class ControlFlow {
    private static final int DISCOVERED = 0x10;
    private static final int EXPLORED = 0x20;
    private static final int FALLTHROUGH = 1;
    private static final int BRANCH = 2;

    private final Verification v;
    private final int[] state;
    private final int[] stack;
    private int stackSize;
    private int[] postorder = {};

    ControlFlow(Verification v) {
        this.v = v;
        this.state = new int[v.insns.length];
        this.stack = new int[v.insns.length];
    }

    /// Instructions of each function, successors before predecessors where there is no loop.
    int[] postorder() {
        return postorder;
    }

    /// Successors of an instruction within its function, written to `into`; returns how many.
    static int successors(Insn[] insns, int index, int[] into) {
        Insn insn = insns[index];
        int count = 0;
        boolean jumps = InsnSanity.isJumpClass(insn);
        int op = InsnSanity.op(insn);
        if (!jumps || (op != Opcode.EXIT && op != Opcode.JA)) {
            into[count++] = index + (insn.isLoadImm64() ? 2 : 1);
        }
        if (jumps && op != Opcode.EXIT && op != Opcode.CALL) {
            into[count++] = index + InsnSanity.jumpOffset(insn) + 1;
        }
        return count;
    }

    void check() {
        walk(0);
        if (v.exceptionCallback > 0) {
            walk(v.subprograms.get(v.exceptionCallback).start);
        }
        for (int i = 0; i < state.length; i++) {
            if (state[i] != EXPLORED) {
                throw v.reject(Errno.EINVAL, "unreachable insn %d", i);
            }
            if (v.insns[i].isLoadImm64()) {
                if (state[i + 1] != 0) {
                    throw v.reject(Errno.EINVAL, "jump into the middle of ldimm64 insn %d", i);
                }
                i++;
            }
        }
        computePostorder();
    }

    private void walk(int from) {
        state[from] = DISCOVERED;
        stack[0] = from;
        stackSize = 1;
        while (stackSize > 0) {
            int at = stack[stackSize - 1];
            if (!visit(at)) {
                state[at] = EXPLORED;
                stackSize--;
            }
        }
    }

    /// Follows one edge; false when there is none left.
    private boolean visit(int at) {
        Insn insn = v.insns[at];
        if (InsnSanity.isFunctionLoad(insn)) {
            return visitCall(at, true);
        }
        if (!InsnSanity.isJumpClass(insn)) {
            return edge(at, at + (insn.isLoadImm64() ? 2 : 1), FALLTHROUGH);
        }
        return switch (InsnSanity.op(insn)) {
            case Opcode.EXIT -> false;
            case Opcode.CALL -> {
                noteCall(at, insn);
                yield visitCall(at, insn.src() == Opcode.PSEUDO_CALL);
            }
            case Opcode.JA -> visitJump(at, at + InsnSanity.jumpOffset(insn) + 1);
            default -> {
                v.facts.prunePoints.set(at);
                if (insn.opcode() == (Opcode.JMP | Opcode.JCOND)) {
                    v.facts.forcedCheckpoints.set(at);
                }
                yield edge(at, at + 1, FALLTHROUGH) || edge(at, at + insn.off() + 1, BRANCH);
            }
        };
    }

    private boolean visitJump(int at, int to) {
        if (edge(at, to, FALLTHROUGH)) {
            return true;
        }
        v.facts.prunePoints.set(to);
        v.facts.jumpPoints.set(to);
        return false;
    }

    private void noteCall(int at, Insn insn) {
        if (Callbacks.isAsyncCaller(insn) || v.kfuncName(insn).equals("bpf_wq_set_callback_impl")) {
            v.facts.prunePoints.set(at);
        }
        if (Callbacks.isSyncCaller(insn) || v.kfuncName(insn).equals("bpf_rbtree_add_impl")) {
            v.facts.callsCallback.set(at);
            v.facts.forcedCheckpoints.set(at);
            v.facts.prunePoints.set(at);
            v.facts.jumpPoints.set(at);
        }
        Subprogram subprogram = v.subprograms.get(v.subprograms.containing(at));
        if (InsnSanity.isHelperCall(insn)) {
            HelperProto proto = v.rules.helper(insn.imm());
            if (proto != null) {
                subprogram.mightSleep |= proto.has(HelperProto.Trait.MIGHT_SLEEP);
                subprogram.changesPacket |= proto.has(HelperProto.Trait.CHANGES_PACKET);
            }
        } else if (InsnSanity.isKfuncCall(insn)) {
            KfuncProto kfunc = v.rules.kfunc(v.kfuncName(insn));
            if (kfunc != null && kfunc.has(KfuncProto.Flag.ITER_NEXT)) {
                v.facts.prunePoints.set(at);
                v.facts.forcedCheckpoints.set(at);
            }
        }
    }

    private boolean visitCall(int at, boolean visitCallee) {
        int next = at + (v.insns[at].isLoadImm64() ? 2 : 1);
        if (edge(at, next, FALLTHROUGH)) {
            return true;
        }
        v.facts.prunePoints.set(next);
        v.facts.jumpPoints.set(next);
        if (!visitCallee) {
            return false;
        }
        int callee = at + v.insns[at].imm() + 1;
        v.facts.prunePoints.set(at);
        Subprogram caller = v.subprograms.get(v.subprograms.containing(at));
        Subprogram called = v.subprograms.get(v.subprograms.containing(callee));
        caller.changesPacket |= called.changesPacket;
        caller.mightSleep |= called.mightSleep;
        return edge(at, callee, BRANCH);
    }

    /// Goes along an edge of the depth-first search; true when that led to a new instruction.
    private boolean edge(int from, int to, int kind) {
        if (state[from] >= (DISCOVERED | kind) && (state[from] & DISCOVERED) != 0) {
            return false;
        }
        if (to < 0 || to >= v.insns.length) {
            throw v.reject(Errno.EINVAL, "jump out of range from insn %d to %d", from, to);
        }
        if (kind == BRANCH) {
            v.facts.prunePoints.set(to);
            v.facts.jumpPoints.set(to);
        }
        if (state[to] == 0) {
            state[from] = DISCOVERED | kind;
            state[to] = DISCOVERED;
            stack[stackSize++] = to;
            return true;
        }
        if (state[to] == EXPLORED) {
            state[from] = DISCOVERED | kind;
        } else if (!v.privilege.isCapable()) {
            throw v.reject(Errno.EINVAL, "back-edge from insn %d to %d", from, to);
        }
        return false;
    }

    private void computePostorder() {
        int count = v.insns.length;
        byte[] seen = new byte[count];
        int[] order = new int[count];
        int[] pending = new int[count + 1];
        int[] next = new int[2];
        int done = 0;
        for (int s = 0; s < v.subprograms.count(); s++) {
            Subprogram subprogram = v.subprograms.get(s);
            subprogram.postorderStart = done;
            int size = 0;
            pending[size++] = subprogram.start;
            while (size > 0) {
                int top = pending[size - 1];
                if (seen[top] == 2) {
                    order[done++] = top;
                    size--;
                    continue;
                }
                seen[top] = 2;
                int successors = successors(v.insns, top, next);
                for (int i = 0; i < successors; i++) {
                    if (seen[next[i]] == 0) {
                        seen[next[i]] = 1;
                        pending[size++] = next[i];
                    }
                }
            }
            subprogram.postorderEnd = done;
        }
        postorder = java.util.Arrays.copyOf(order, done);
    }
}
