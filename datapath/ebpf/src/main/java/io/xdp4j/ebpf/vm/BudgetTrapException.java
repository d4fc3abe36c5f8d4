package io.xdp4j.ebpf.vm;

/// A run that used up its instructions.
public final class BudgetTrapException extends TrapException {
    private static final long serialVersionUID = 1L;

    private final long budget;

    public BudgetTrapException(int insn, long budget) {
        super(
                insn,
                "ran " + budget + " instructions without an end (raise the budget to allow more)");
        this.budget = budget;
    }

    /// Instructions the run was allowed.
    public long budget() {
        return budget;
    }
}
