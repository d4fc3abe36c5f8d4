package io.xdp4j.core.frame;

/// The memory model of a receive queue, and of the frames that came in by it for as long as they
/// travel.
///
/// @param type who made the memory
/// @param id 1..0xFFFE for a model with a stock to return to, 0 for the others
///
/// Kernel: `struct xdp_mem_info`.
public record XdpMemInfo(XdpMemType type, int id) {
    /// The model of queues without a stock of their own: veth.
    public static final XdpMemInfo SHARED = new XdpMemInfo(XdpMemType.PAGE_SHARED, 0);

    /// The model of copies.
    public static final XdpMemInfo ORDER0 = new XdpMemInfo(XdpMemType.PAGE_ORDER0, 0);
}
