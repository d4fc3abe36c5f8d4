package io.xdp4j.core.frame;

/// Who made the memory of a frame.
///
/// Kernel: `enum xdp_mem_type`; the names are what its tracepoints print.
public enum XdpMemType {
    /// Pages that whoever is done with them frees.
    PAGE_SHARED,
    /// A page of its own, as the copies of a broadcast have.
    PAGE_ORDER0,
    /// A receive queue's stock, to which the memory returns.
    PAGE_POOL,
    /// A UMEM of AF_XDP.
    XSK_BUFF_POOL
}
