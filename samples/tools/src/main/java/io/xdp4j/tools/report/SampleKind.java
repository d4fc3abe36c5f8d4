package io.xdp4j.tools.report;

/// What a tool shows.
///
/// Kernel: `enum stats_mask` of `samples/bpf/xdp_sample_user.h`.
public enum SampleKind {
    RX,
    /// Packets that the program drops are what it is for, and no trouble.
    DROP_OK,
    REDIRECT,
    REDIRECT_ERR,
    CPUMAP_ENQUEUE,
    CPUMAP_KTHREAD,
    EXCEPTION,
    DEVMAP_XMIT,
    DEVMAP_XMIT_MULTI
}
