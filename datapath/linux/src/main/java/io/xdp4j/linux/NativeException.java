package io.xdp4j.linux;

/// A system call failed.
///
/// The message has the form `call(arguments): ERRNO: cause; remedy`. Kernel: `-errno` returns.
public class NativeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int errno;

    public NativeException(int errno, String message) {
        super(message);
        this.errno = errno;
    }

    /// The positive errno value.
    public int errno() {
        return errno;
    }
}
