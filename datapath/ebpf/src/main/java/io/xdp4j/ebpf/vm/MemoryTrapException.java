package io.xdp4j.ebpf.vm;

/// An access that hit no memory the program may use.
public final class MemoryTrapException extends TrapException {
    private static final long serialVersionUID = 1L;

    private final long address;
    private final long size;

    /// @param what the access and what lies near it, in words
    public MemoryTrapException(int insn, long address, long size, String what) {
        super(insn, what);
        this.address = address;
        this.size = size;
    }

    public long address() {
        return address;
    }

    /// Bytes of the access.
    public long size() {
        return size;
    }
}
