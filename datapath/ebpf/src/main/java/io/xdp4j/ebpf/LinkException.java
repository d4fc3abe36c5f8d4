package io.xdp4j.ebpf;

/// A sound object that does not fit together: an unresolved symbol, a missing program or section.
public final class LinkException extends EbpfException {
    private static final long serialVersionUID = 1L;

    public LinkException(String message) {
        super(message);
    }

    public LinkException(String message, Throwable cause) {
        super(message, cause);
    }
}
