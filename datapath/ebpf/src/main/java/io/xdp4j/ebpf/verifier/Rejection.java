package io.xdp4j.ebpf.verifier;

/// Ends a verification: the program is not accepted, and why stands in the log.
///
/// Not a failure of ours: no stack trace.
final class Rejection extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int errno;

    Rejection(int errno) {
        super("program rejected", null, false, false);
        this.errno = errno;
    }

    int errno() {
        return errno;
    }
}
