package io.xdp4j.core.program;

/// What a program answers.
///
/// Programs return the code as an `int`, as the kernel's do; anything above 4 is invalid. Kernel:
/// `enum xdp_action`.
public enum XdpAction {
    ABORTED,
    DROP,
    PASS,
    TX,
    REDIRECT;

    public static final int XDP_ABORTED = 0;
    public static final int XDP_DROP = 1;
    public static final int XDP_PASS = 2;
    public static final int XDP_TX = 3;
    public static final int XDP_REDIRECT = 4;

    /// The name the kernel's tracepoints print; `INVALID` for a code that is none.
    public static String nameOf(int code) {
        return switch (code) {
            case XDP_ABORTED -> "ABORTED";
            case XDP_DROP -> "DROP";
            case XDP_PASS -> "PASS";
            case XDP_TX -> "TX";
            case XDP_REDIRECT -> "REDIRECT";
            default -> "INVALID";
        };
    }
}
