package io.xdp4j.ebpf.testrun;

import io.xdp4j.ebpf.EbpfException;
import io.xdp4j.ebpf.Errno;

/// A packet or context that a test run refuses, with the kernel's error number.
public final class TestRunException extends EbpfException {
    private static final long serialVersionUID = 1L;

    private final int errno;

    /// @param errno positive, one of [Errno]
    public TestRunException(int errno, String message) {
        super(Errno.nameOf(errno) + ": " + message);
        this.errno = errno;
    }

    /// Positive, one of [Errno].
    public int errno() {
        return errno;
    }
}
