package io.xdp4j.linux;

/// Error numbers of system calls, with their names and texts.
///
/// Calls on the hot path return `-errno`; compare with the negated constants, as in `if (sent ==
/// -Errno.EAGAIN)`. Names and texts are for messages: see [NativeException#of].
///
/// - Thread: any.
/// - Fails: never; unknown numbers are named `errno N`.
/// - Kernel: `errno(3)`, `include/uapi/asm-generic/errno-base.h` and `errno.h`.
public final class Errno {
    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int EINTR = 4;
    public static final int EIO = 5;
    public static final int ENXIO = 6;
    public static final int E2BIG = 7;
    public static final int EBADF = 9;

    /// Also `EWOULDBLOCK`.
    public static final int EAGAIN = 11;

    public static final int ENOMEM = 12;
    public static final int EACCES = 13;
    public static final int EFAULT = 14;
    public static final int EBUSY = 16;
    public static final int EEXIST = 17;
    public static final int ENODEV = 19;
    public static final int EINVAL = 22;
    public static final int ENFILE = 23;
    public static final int EMFILE = 24;
    public static final int ENOTTY = 25;
    public static final int ENOSPC = 28;
    public static final int EPIPE = 32;
    public static final int ERANGE = 34;
    public static final int ENOSYS = 38;
    public static final int EPROTO = 71;
    public static final int EOVERFLOW = 75;
    public static final int ENOTSOCK = 88;
    public static final int EMSGSIZE = 90;
    public static final int ENOPROTOOPT = 92;
    public static final int EPROTONOSUPPORT = 93;
    public static final int EOPNOTSUPP = 95;
    public static final int EAFNOSUPPORT = 97;
    public static final int EADDRINUSE = 98;
    public static final int EADDRNOTAVAIL = 99;
    public static final int ENETDOWN = 100;
    public static final int ENETUNREACH = 101;
    public static final int ENOBUFS = 105;
    public static final int ENOTCONN = 107;
    public static final int ETIMEDOUT = 110;
    public static final int EHOSTUNREACH = 113;
    public static final int EALREADY = 114;

    /// Internal to the kernel, but some drivers let it out instead of [#EOPNOTSUPP].
    public static final int ENOTSUPP = 524;

    private Errno() {}

    /// The symbolic name of a positive `errno`, such as `ENODEV`.
    public static String name(int errno) {
        return ErrnoTable.row(errno).name();
    }

    /// What a positive `errno` means, such as `no such device`.
    public static String text(int errno) {
        return ErrnoTable.row(errno).text();
    }

    /// Whether the error says that the kernel or driver lacks the feature, rather than that the
    /// request failed: `EOPNOTSUPP`, `ENOTSUPP`, `ENOSYS`, `ENOPROTOOPT` or `ENOTTY`.
    public static boolean isUnsupported(int errno) {
        return errno == EOPNOTSUPP
                || errno == ENOTSUPP
                || errno == ENOSYS
                || errno == ENOPROTOOPT
                || errno == ENOTTY;
    }
}
