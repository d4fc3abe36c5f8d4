package io.xdp4j.ebpf;

/// Asks for something this engine does not have (a map type, a helper, a relocation), named.
public final class UnsupportedException extends EbpfException {
    private static final long serialVersionUID = 1L;

    public UnsupportedException(String message) {
        super(message);
    }

    public UnsupportedException(String message, Throwable cause) {
        super(message, cause);
    }
}
