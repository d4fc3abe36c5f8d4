package io.xdp4j.ebpf.vm;

/// A call that cannot be made: too deep, of no function, or with an argument of the wrong kind.
public final class CallTrapException extends TrapException {
    private static final long serialVersionUID = 1L;

    public CallTrapException(int insn, String message) {
        super(insn, message);
    }
}
