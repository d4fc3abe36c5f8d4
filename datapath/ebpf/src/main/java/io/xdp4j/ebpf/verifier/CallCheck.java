package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.isa.Insn;

/// Calls of the program's own functions, and returns from them.
///
/// Kernel: `check_func_call`, `prepare_func_exit`, `check_return_code`.
final class CallCheck {
    private final Verification v;
    private final Precision precision;
    private final StackLiveness liveness;
    private final References references;
    private final MemoryCheck memory;
    private final ArgumentCheck arguments;
    private final DynptrCheck dynptrs;
    private final GlobalFunctions globals;

    CallCheck(
            Verification v,
            Precision precision,
            StackLiveness liveness,
            References references,
            MemoryCheck memory,
            ArgumentCheck arguments,
            DynptrCheck dynptrs,
            GlobalFunctions globals) {
        this.v = v;
        this.precision = precision;
        this.liveness = liveness;
        this.references = references;
        this.memory = memory;
        this.arguments = arguments;
        this.dynptrs = dynptrs;
        this.globals = globals;
    }

    /// Puts a frame for `subprogram` on top of a state.
    static FrameState enter(Verification v, VerifierState state, int subprogram, int callsite) {
        if (state.depth() + 1 >= VerifierState.MAX_FRAMES) {
            throw v.reject(
                    Errno.E2BIG, "the call stack of %d frames is too deep", state.depth() + 2);
        }
        FrameState callee = new FrameState(callsite, state.depth() + 1, subprogram);
        state.push(callee);
        return callee;
    }

    /// Simulates the call; returns the next instruction.
    int call(Insn insn) {
        int target = v.insn + insn.imm() + 1;
        int subprogram = v.subprograms.startingAt(target);
        FrameState caller = v.frame();
        if (v.isGlobal(subprogram)) {
            callGlobal(subprogram, caller);
            return v.insn + 1;
        }
        FrameState callee = enter(v, v.state(), subprogram, v.insn);
        for (int r = 1; r <= 5; r++) {
            callee.reg(r).set(caller.reg(r));
        }
        clearCallerSaved(caller);
        v.scratched.all();
        liveness.forgetChain();
        if (v.log.tracesPaths()) {
            v.log.say("caller:\n");
            v.printer.state(v.state(), caller.frameNumber, true);
            v.log.say("callee:\n");
            v.printer.state(v.state(), callee.frameNumber, true);
        }
        return target;
    }

    private void callGlobal(int subprogram, FrameState caller) {
        VerifierState state = v.state();
        if (state.activeLocks > 0) {
            throw v.reject(
                    Errno.EINVAL,
                    "global function calls are not allowed while holding a lock,\n"
                            + "use static function instead");
        }
        String name = globals.name(subprogram);
        try {
            globals.checkCall(subprogram, memory, arguments, dynptrs);
        } catch (Rejection why) {
            if (why.errno() == Errno.EFAULT) {
                throw why;
            }
            v.log.say("Caller passes invalid args into func#%d ('%s')\n", subprogram, name);
            throw why;
        }
        if (v.log.tracesPaths()) {
            v.log.say("Func#%d ('%s') is global and assumed valid.\n", subprogram, name);
        }
        if (v.subprograms.get(subprogram).changesPacket) {
            HelperCheck.forgetPackets(state);
        }
        globals.noteCall(subprogram);
        clearCallerSaved(caller);
        caller.reg(0).markUnknown();
    }

    private void clearCallerSaved(FrameState frame) {
        for (int r = 0; r <= 5; r++) {
            frame.reg(r).markNotInit();
            v.scratched.reg(r);
        }
    }

    /// Simulates an exit; returns the next instruction, or -1 at the program's end.
    int exit() {
        VerifierState state = v.state();
        references.checkLeaks(false, state.depth() == 0, "BPF_EXIT instruction in main prog");
        if (state.depth() == 0) {
            checkResult();
            return -1;
        }
        liveness.update();
        return returnToCaller(state);
    }

    /// `bpf_throw` ends the program, however deep the calls.
    void leave() {
        references.checkLeaks(true, true, "bpf_throw");
    }

    /// What `bpf_throw` is given becomes the result, unless the program has a callback for it.
    void checkCookie() {
        v.checkRead(1);
        FrameState frame = v.state().frame(0);
        RegState cookie = v.reg(1);
        if (frame.subprog != 0 && !cookie.isScalar()) {
            throw v.reject(
                    Errno.EINVAL,
                    "At subprogram exit the register R1 is not a scalar value (%s)",
                    cookie.typeText());
        }
        if (frame.subprog == 0 && v.rules.checksReturn()) {
            checkScalarRange(cookie, v.rules.returnMin(), v.rules.returnMax(), "At program exit");
        }
    }

    /// A tail call out of a function ends it: one more way on, with an unknown result and packet.
    int tailCall(PendingBranches pending) {
        VerifierState state = v.state();
        pending.push(v.insn + 1, v.insn);
        HelperCheck.forgetPackets(state);
        v.reg(0).markUnknown();
        v.scratched.reg(0);
        liveness.update();
        return returnToCaller(state);
    }

    private int returnToCaller(VerifierState state) {
        FrameState callee = state.top();
        FrameState caller = state.frame(state.depth() - 1);
        RegState r0 = callee.reg(0);
        if (r0.isPlain(RegType.STACK)) {
            throw v.reject(Errno.EINVAL, "cannot return stack pointer to the caller");
        }
        boolean callback = callee.inCallback;
        if (callback) {
            checkCallbackResult(callee, r0);
        } else {
            caller.reg(0).set(r0);
        }
        int next = callback ? callee.callsite : callee.callsite + 1;
        if (v.log.tracesPaths()) {
            v.log.say("returning from callee:\n");
            v.printer.state(state, callee.frameNumber, true);
            v.log.say("to caller at %d:\n", next);
            v.printer.state(state, caller.frameNumber, true);
        }
        state.pop();
        if (callback) {
            VerifierState before = Widening.previousAt(state.parent, next, state);
            if (before != null) {
                Widening.widen(before, state, v.lastId());
            }
        }
        return next;
    }

    private void checkCallbackResult(FrameState callee, RegState r0) {
        if (!r0.isScalar()) {
            throw v.reject(Errno.EACCES, "R0 not a scalar value");
        }
        precision.mark(0);
        checkRange(r0, callee.callbackReturnMin, callee.callbackReturnMax, "At callback return");
    }

    private void checkRange(RegState reg, int min, int max, String where) {
        if (min <= reg.smin && reg.smax <= max) {
            return;
        }
        v.log.say("%s the register R0 has", where);
        boolean known = false;
        if (reg.smin > Long.MIN_VALUE) {
            v.log.say(" smin=%d", reg.smin);
            known = true;
        }
        if (reg.smax < Long.MAX_VALUE) {
            v.log.say(" smax=%d", reg.smax);
            known = true;
        }
        if (!known) {
            v.log.say(" unknown scalar value");
        }
        throw v.reject(Errno.EINVAL, " should have been in [%d, %d]", min, max);
    }

    private void checkResult() {
        FrameState frame = v.state().frame(0);
        v.checkRead(0);
        v.checkLeak(0, "as return value");
        RegState r0 = v.reg(0);
        if (frame.inAsyncCallback) {
            checkScalarRange(r0, 0, 0, "At async callback return");
            return;
        }
        if (frame.subprog != 0 && !frame.inExceptionCallback) {
            if (!r0.isScalar()) {
                throw v.reject(
                        Errno.EINVAL,
                        "At subprogram exit the register R0 is not a scalar value (%s)",
                        r0.typeText());
            }
            return;
        }
        if (v.rules.checksReturn()) {
            checkScalarRange(r0, v.rules.returnMin(), v.rules.returnMax(), "At program exit");
        }
    }

    private void checkScalarRange(RegState r0, int min, int max, String where) {
        if (!r0.isScalar()) {
            throw v.reject(
                    Errno.EINVAL,
                    "%s the register R0 is not a known value (%s)",
                    where,
                    r0.typeText());
        }
        precision.mark(0);
        checkRange(r0, min, max, where);
    }
}
