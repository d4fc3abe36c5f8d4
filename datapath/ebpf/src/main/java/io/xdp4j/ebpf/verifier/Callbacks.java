package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.isa.Insn;

/// Which helpers call a function of the program.
///
/// Kernel: `is_sync_callback_calling_insn`, `is_async_callback_calling_insn`.
final class Callbacks {
    static final int FOR_EACH_MAP_ELEM = 164;
    static final int TIMER_SET_CALLBACK = 170;
    static final int FIND_VMA = 180;
    static final int LOOP = 181;
    static final int USER_RINGBUF_DRAIN = 209;

    private Callbacks() {}

    /// True when the callback runs before the call returns.
    static boolean isSyncCaller(Insn insn) {
        return InsnSanity.isHelperCall(insn)
                && switch (insn.imm()) {
                    case FOR_EACH_MAP_ELEM, FIND_VMA, LOOP, USER_RINGBUF_DRAIN -> true;
                    default -> false;
                };
    }

    /// True when the callback runs at some later time.
    static boolean isAsyncCaller(Insn insn) {
        return InsnSanity.isHelperCall(insn) && insn.imm() == TIMER_SET_CALLBACK;
    }
}
