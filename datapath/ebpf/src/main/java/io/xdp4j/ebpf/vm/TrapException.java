package io.xdp4j.ebpf.vm;

import io.xdp4j.ebpf.EbpfException;

/// A program that had to be stopped in mid-run: nothing the verifier accepts ever does.
///
/// Cheap to throw: no stack trace.
public abstract sealed class TrapException extends EbpfException
        permits BudgetTrapException, CallTrapException, MemoryTrapException {
    private static final long serialVersionUID = 1L;

    private final int insn;

    protected TrapException(int insn, String message) {
        super((insn >= 0 ? "insn " + insn + ": " : "") + message, false);
        this.insn = insn;
    }

    /// The instruction's slot, or -1 when it is not known.
    public int insn() {
        return insn;
    }
}
