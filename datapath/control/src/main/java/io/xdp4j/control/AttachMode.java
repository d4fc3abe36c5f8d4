package io.xdp4j.control;

import java.util.Locale;

/// Where a program runs.
///
/// Kernel: `XDP_FLAGS_DRV_MODE`, `XDP_FLAGS_SKB_MODE`.
public enum AttachMode {
    /// As the device prefers.
    UNSPECIFIED,
    /// In the driver's receive path.
    NATIVE,
    /// Behind it, on frames that the host side would get (generic XDP).
    SKB;

    /// The word that `xdp-loader` uses.
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
