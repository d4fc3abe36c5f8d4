package io.xdp4j.linux;

import java.util.Objects;

/// A system call failed.
///
/// The message has the form `call(subject): ERRNO: text; cause; remedy`, as in `socket(AF_PACKET):
/// EPERM: operation not permitted; needs CAP_NET_RAW; run as root`.
///
/// - Thread: any.
/// - Kernel: `-errno` returns.
public class NativeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int errno;

    /// An exception with a ready message; prefer [#of(String, String, int)].
    ///
    /// @param errno positive error number
    public NativeException(int errno, String message) {
        super(message);
        this.errno = errno;
    }

    /// An exception with the cause and remedy that are known for this call, subject and errno.
    ///
    /// @param call name of the system call, such as `bind`
    /// @param subject what it was called on, such as `AF_PACKET, ifindex=7`
    /// @param errno error number; the sign is ignored, so that `-errno` results can be passed
    public static NativeException of(String call, String subject, int errno) {
        return of(call, subject, errno, ErrnoAdvice.of(call, subject, Math.abs(errno)));
    }

    /// An exception whose cause and remedy the caller knows better.
    ///
    /// @param advice `cause; remedy`; may be empty
    public static NativeException of(String call, String subject, int errno, String advice) {
        int positive = Math.abs(errno);
        String message =
                call + '(' + subject + "): " + Errno.name(positive) + ": " + Errno.text(positive);
        return new NativeException(positive, advice.isEmpty() ? message : message + "; " + advice);
    }

    @Override
    public String getMessage() {
        return Objects.requireNonNull(super.getMessage());
    }

    /// The positive errno value.
    public int errno() {
        return errno;
    }
}
