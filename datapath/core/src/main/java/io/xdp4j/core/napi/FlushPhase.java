package io.xdp4j.core.napi;

/// The order in which a worker flushes at the end of a poll.
///
/// Kernel: `xdp_do_flush` (devmap, cpumap, xskmap), then the driver's own transmit bulk.
public enum FlushPhase {
    DEVMAP,
    CPUMAP,
    XSKMAP,
    XDP_TX,
    /// Frames for the host side's pipelines: read-complete events.
    HOST,
    /// System calls of devices that collect frames.
    TRANSMIT
}
