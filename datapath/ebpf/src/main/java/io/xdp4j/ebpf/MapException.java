package io.xdp4j.ebpf;

/// A map operation refused with the kernel's error number.
public final class MapException extends EbpfException {
    private static final long serialVersionUID = 1L;

    private final int errno;

    /// @param errno positive, one of [Errno]
    public MapException(int errno, String message) {
        super(Errno.nameOf(errno) + ": " + message);
        this.errno = errno;
    }

    /// Positive, one of [Errno].
    public int errno() {
        return errno;
    }
}
