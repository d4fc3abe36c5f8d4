package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.vm.BpfMachine;
import java.util.Arrays;

/// Registers and stack of one function on the call chain.
///
/// Kernel: `struct bpf_func_state`.
final class FrameState {
    static final int REGISTERS = 11;
    static final int FP = 10;

    /// [#callsite] of an entry function.
    static final int NO_CALLSITE = -1;

    private static final StackSlot[] NO_SLOTS = {};

    final RegState[] regs = new RegState[REGISTERS];
    private StackSlot[] slots = NO_SLOTS;
    private int slotCount;

    /// Index of the call instruction that led here.
    final int callsite;

    final int frameNumber;
    final int subprog;

    boolean inCallback;
    boolean inAsyncCallback;
    boolean inExceptionCallback;
    int callbackReturnMin;
    int callbackReturnMax;
    int callbackDepth;
    int asyncEntries;

    FrameState(int callsite, int frameNumber, int subprog) {
        this.callsite = callsite;
        this.frameNumber = frameNumber;
        this.subprog = subprog;
        for (int i = 0; i < REGISTERS; i++) {
            regs[i] = new RegState();
        }
        regs[FP].markPointer(RegType.STACK, 0);
        regs[FP].frame = frameNumber;
    }

    private FrameState(FrameState from) {
        callsite = from.callsite;
        frameNumber = from.frameNumber;
        subprog = from.subprog;
        for (int i = 0; i < REGISTERS; i++) {
            regs[i] = from.regs[i].copy();
        }
        slotCount = from.slotCount;
        slots = slotCount == 0 ? NO_SLOTS : new StackSlot[slotCount];
        for (int i = 0; i < slotCount; i++) {
            slots[i] = from.slots[i].copy();
        }
        inCallback = from.inCallback;
        inAsyncCallback = from.inAsyncCallback;
        inExceptionCallback = from.inExceptionCallback;
        callbackReturnMin = from.callbackReturnMin;
        callbackReturnMax = from.callbackReturnMax;
        callbackDepth = from.callbackDepth;
        asyncEntries = from.asyncEntries;
    }

    FrameState copy() {
        return new FrameState(this);
    }

    RegState reg(int number) {
        return regs[number];
    }

    /// Slots in use; slot 0 is the one right below the frame pointer.
    int slotCount() {
        return slotCount;
    }

    int stackBytes() {
        return slotCount * StackSlot.BYTES;
    }

    StackSlot slot(int index) {
        return slots[index];
    }

    /// Makes the stack at least that large.
    void growStack(int bytes) {
        int wanted = (bytes + StackSlot.BYTES - 1) / StackSlot.BYTES;
        if (wanted <= slotCount) {
            return;
        }
        if (wanted > slots.length) {
            slots =
                    Arrays.copyOf(
                            slots,
                            Math.min(
                                    BpfMachine.STACK_FRAME_BYTES / StackSlot.BYTES,
                                    Math.max(wanted, slots.length * 2)));
        }
        for (int i = slotCount; i < wanted; i++) {
            slots[i] = new StackSlot();
        }
        slotCount = wanted;
    }
}
