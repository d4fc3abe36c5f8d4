package io.xdp4j.core.device;

/// A program cannot be attached; the message gives the device and the reason.
///
/// Kernel: the errno and extended ack of `dev_xdp_attach`.
public final class XdpAttachException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int errno;

    /// `errno` is positive.
    public XdpAttachException(int errno, String message) {
        super(message);
        this.errno = errno;
    }

    /// The errno the kernel would answer, positive.
    public int errno() {
        return errno;
    }
}
