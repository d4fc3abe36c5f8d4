package io.xdp4j.core.program;

import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.frame.XdpRxqInfo;

/// Where a redirect sends a frame: a device, another worker, a socket.
///
/// Kernel: the target pointer of `bpf_redirect_info`.
public interface RedirectTarget {
    /// Queues the frame for the target until the end of the poll.
    ///
    /// Thread: the worker whose index is `cpu`.
    /// Owns: on 0 the target has the frame, on an error the caller keeps it.
    /// Fails: a negative errno.
    int redirect(XdpFrame frame, XdpRxqInfo ingress, int cpu);

    /// Interface index for tracepoints, 0 when the target is no device.
    int ifindex();
}
