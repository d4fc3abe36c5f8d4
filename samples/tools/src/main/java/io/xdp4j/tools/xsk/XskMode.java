package io.xdp4j.tools.xsk;

/// Where a program is attached.
public enum XskMode {
    /// In the driver where it can, else in the stack.
    AUTO,
    /// In the driver.
    NATIVE,
    /// In the stack.
    GENERIC
}
