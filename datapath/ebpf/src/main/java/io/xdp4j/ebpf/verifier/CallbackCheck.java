package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.btf.BtfSpec;
import io.xdp4j.ebpf.map.MapSpec;
import io.xdp4j.ebpf.map.MapType;

/// Functions of the program that helpers call: explored as one more way from the call on.
///
/// Kernel: `push_callback_call` and the `set_*_callback_state` functions.
final class CallbackCheck {
    private final Verification v;
    private final PendingBranches pending;

    CallbackCheck(Verification v, PendingBranches pending) {
        this.v = v;
        this.pending = pending;
    }

    void push(int helper, CallFacts call) {
        Subprogram function = v.subprograms.get(call.subprog);
        function.isCallback = true;
        FrameState caller = v.frame();
        if (helper == Callbacks.TIMER_SET_CALLBACK) {
            pushAsync(caller, function, call.subprog, false);
            return;
        }
        v.scratched.all();
        VerifierState state = pending.push(function.start, v.insn);
        FrameState callee = CallCheck.enter(v, state, call.subprog, v.insn);
        setArguments(helper, caller, callee, call);
        callee.inCallback = true;
        callee.callbackReturnMin = 0;
        callee.callbackReturnMax = 1;
        state.callbackUnrollDepth++;
        state.frame(state.depth() - 1).callbackDepth++;
        caller.callbackDepth = 0;
    }

    /// The function that orders the elements of a tree: it gets two of them.
    void pushTree(int subprogram, GraphCheck.Facts graph) {
        Subprogram function = v.subprograms.get(subprogram);
        function.isCallback = true;
        FrameState caller = v.frame();
        VerifierState state = pending.push(function.start, v.insn);
        FrameState callee = CallCheck.enter(v, state, subprogram, v.insn);
        MapSpec.SpecialField root = graph.root;
        BtfSpec types = graph.rootTypes;
        if (root == null || types == null) {
            throw new IllegalStateException("a tree callback without a tree");
        }
        for (int r = 1; r <= 2; r++) {
            ObjectTypes.markNode(callee.reg(r), root, types);
            v.objects.markNonOwning(callee.reg(r));
        }
        callee.inCallback = true;
        callee.callbackReturnMin = 0;
        callee.callbackReturnMax = 1;
        state.callbackUnrollDepth++;
        state.frame(state.depth() - 1).callbackDepth++;
        caller.callbackDepth = 0;
    }

    /// The function that a work queue runs, where it may sleep.
    void pushWork(int subprogram) {
        Subprogram function = v.subprograms.get(subprogram);
        function.isCallback = true;
        pushAsync(v.frame(), function, subprogram, true);
    }

    private void pushAsync(
            FrameState caller, Subprogram function, int subprogram, boolean sleepable) {
        function.isAsyncCallback = true;
        FrameState callee = new FrameState(FrameState.NO_CALLSITE, 0, subprogram);
        callee.asyncEntries = caller.asyncEntries + 1;
        RegState owner = caller.reg(1);
        setMapPointer(callee.reg(1), owner);
        setMapKey(callee.reg(2), owner);
        setMapValue(callee.reg(3), owner);
        callee.inAsyncCallback = true;
        VerifierState state = new VerifierState(callee);
        state.branches = 1;
        state.inSleepable = sleepable;
        v.scratched.all();
        pending.push(state, function.start, v.insn);
    }

    private void setArguments(int helper, FrameState caller, FrameState callee, CallFacts call) {
        switch (helper) {
            case Callbacks.FOR_EACH_MAP_ELEM -> {
                checkMap(call);
                callee.reg(1).set(caller.reg(1));
                setMapKey(callee.reg(2), caller.reg(1));
                setMapValue(callee.reg(3), caller.reg(1));
                callee.reg(4).set(caller.reg(3));
            }
            case Callbacks.LOOP -> {
                callee.reg(1).markUnknown();
                callee.reg(2).set(caller.reg(3));
            }
            case Callbacks.USER_RINGBUF_DRAIN -> {
                RegState dynptr = callee.reg(1);
                dynptr.markPointer(RegType.DYNPTR, 0);
                dynptr.id = v.newId();
                dynptr.dynptr = DynptrType.LOCAL;
                dynptr.firstSlot = true;
                callee.reg(2).set(caller.reg(3));
            }
            default ->
                    throw v.reject(
                            Errno.EOPNOTSUPP,
                            "func %s#%d has no kernel objects to show here",
                            HelperCheck.name(helper),
                            helper);
        }
    }

    private void checkMap(CallFacts call) {
        MapRef map = call.map;
        MapType type = map == null ? MapType.PROG_ARRAY : map.type();
        switch (type) {
            case HASH, PERCPU_HASH, LRU_HASH, LRU_PERCPU_HASH, ARRAY, PERCPU_ARRAY -> {}
            default -> throw v.reject(Errno.ENOTSUPP, "callback function not allowed for map");
        }
    }

    private static void setMapPointer(RegState reg, RegState owner) {
        reg.markPointer(RegType.MAP_PTR, 0);
        reg.map = owner.map;
        reg.mapUid = owner.mapUid;
    }

    private static void setMapKey(RegState reg, RegState owner) {
        reg.markPointer(RegType.MAP_KEY, 0);
        reg.map = owner.map;
        reg.mapUid = owner.mapUid;
    }

    private static void setMapValue(RegState reg, RegState owner) {
        reg.markPointer(RegType.MAP_VALUE, 0);
        reg.map = owner.map;
        reg.mapUid = owner.mapUid;
    }
}
