package io.xdp4j.core.program;

import io.xdp4j.core.trace.Tracepoint;

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

    /// The name the kernel's tracepoints print; a code that is no action in hexadecimal.
    public static String nameOf(int code) {
        return Tracepoint.actionName(code);
    }
}
