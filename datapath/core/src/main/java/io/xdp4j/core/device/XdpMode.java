package io.xdp4j.core.device;

/// Where a device runs its XDP program.
///
/// Kernel: `enum bpf_xdp_mode`.
public enum XdpMode {
    /// Past the driver, on every frame for the host side (`xdpgeneric`).
    SKB,
    /// In the driver, before anything else (`xdp`, `xdpdrv`).
    DRV
}
