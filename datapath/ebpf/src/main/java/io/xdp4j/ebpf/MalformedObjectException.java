package io.xdp4j.ebpf;

/// Input that is no sound BPF object: damaged ELF, BTF, instruction or definition.
public final class MalformedObjectException extends EbpfException {
    private static final long serialVersionUID = 1L;

    public MalformedObjectException(String message) {
        super(message);
    }

    public MalformedObjectException(String message, Throwable cause) {
        super(message, cause);
    }
}
