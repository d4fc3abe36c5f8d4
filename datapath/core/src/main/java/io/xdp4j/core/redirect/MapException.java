package io.xdp4j.core.redirect;

/// A map refused an update, a delete or its own creation.
///
/// Kernel: the errno of the `bpf(2)` map commands.
public final class MapException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int errno;

    MapException(int errno, String message) {
        super(message);
        this.errno = errno;
    }

    /// The errno the kernel would answer, positive.
    public int errno() {
        return errno;
    }
}
