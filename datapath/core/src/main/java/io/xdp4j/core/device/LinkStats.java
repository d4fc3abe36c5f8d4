package io.xdp4j.core.device;

/// Totals of a device, as `ip -s link` shows them.
///
/// Kernel: `struct rtnl_link_stats64`.
public record LinkStats(
        long rxPackets,
        long rxBytes,
        long txPackets,
        long txBytes,
        long rxDropped,
        long txDropped) {}
