package io.xdp4j.core.frame;

/// Where a packet came in.
///
/// Kernel: `struct xdp_rxq_info`.
public interface XdpRxqInfo {
    /// Interface index of the receiving device.
    int ifindex();

    /// Receive queue of that device.
    int queueIndex();

    /// Memory model of the frames that come in by it.
    default XdpMemInfo mem() {
        return XdpMemInfo.SHARED;
    }
}
