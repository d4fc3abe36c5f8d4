package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.vm.BpfMachine;

/// Stack that all functions on a call chain need together.
///
/// Kernel: `check_max_stack_depth`.
final class StackDepth {
    private static final int TAIL_CALL_LIMIT = 256;

    private final Verification v;

    StackDepth(Verification v) {
        this.v = v;
    }

    void check() {
        for (int i = v.subprograms.count() - 1; i >= 0; i--) {
            if (i == 0 || v.subprograms.get(i).isAsyncCallback) {
                check(i, 0, 0);
            }
        }
    }

    private void check(int number, int before, int frame) {
        check(number, before, frame, false);
    }

    private void check(int number, int before, int frame, boolean withinCallback) {
        Subprogram subprogram = v.subprograms.get(number);
        if (number != 0 && subprogram.hasTailCall && before >= TAIL_CALL_LIMIT) {
            throw v.reject(
                    Errno.EACCES,
                    "tail_calls are not allowed when call stack of previous frames is %d bytes."
                            + " Too large",
                    before);
        }
        int depth = before + (subprogram.stackDepth + 15) / 16 * 16;
        if (depth > BpfMachine.STACK_FRAME_BYTES) {
            throw v.reject(
                    Errno.EACCES,
                    "combined stack size of %d calls is %d. Too large",
                    frame + 1,
                    depth);
        }
        boolean callback = withinCallback || subprogram.isCallback;
        for (int i = subprogram.start; i < subprogram.end; i++) {
            Insn insn = v.insns[i];
            if (callback && KfuncCheck.isThrow(v, insn)) {
                throw v.reject(
                        Errno.EINVAL,
                        "bpf_throw kfunc (insn %d) cannot be called from callback subprog %d",
                        i,
                        number);
            }
            boolean call = InsnSanity.isSubprogramCall(insn);
            if (!call && !InsnSanity.isFunctionLoad(insn)) {
                continue;
            }
            int callee = v.subprograms.startingAt(i + insn.imm() + 1);
            if (v.subprograms.get(callee).isAsyncCallback && !call) {
                continue;
            }
            if (v.subprograms.get(callee).isExceptionCallback) {
                throw v.reject(Errno.EINVAL, "insn %d cannot call exception cb directly", i);
            }
            if (v.subprograms.get(number).isExceptionCallback
                    && v.subprograms.get(callee).hasTailCall) {
                throw v.reject(Errno.EINVAL, "cannot tail call within exception cb");
            }
            if (frame + 1 >= VerifierState.MAX_FRAMES) {
                throw v.reject(Errno.E2BIG, "the call stack of %d frames is too deep !", frame + 1);
            }
            check(callee, depth, frame + 1, callback);
        }
    }
}
