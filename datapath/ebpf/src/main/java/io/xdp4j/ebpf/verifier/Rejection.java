package io.xdp4j.ebpf.verifier;

/// Ends a verification: the program is not accepted, and why stands in the log.
///
/// Not a failure of ours: no stack trace.
final class Rejection extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int errno;
    private final String format;

    /// @param format what the message was made from: tells its [RejectionRule]
    Rejection(int errno, String format, String message) {
        super(message, null, false, false);
        this.errno = errno;
        this.format = format;
    }

    int errno() {
        return errno;
    }

    String format() {
        return format;
    }

    /// The message, as it stands in the log.
    String text() {
        return String.valueOf(getMessage());
    }
}
