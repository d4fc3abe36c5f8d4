package io.xdp4j.veth;

import io.xdp4j.ebpf.HotPath;

/// What one worker has sent to the receive queues of a device; kept by the receiver.
///
/// Thread: written by that worker; read by any.
/// Kernel: `peer_tq_xdp_xmit` and `peer_tq_xdp_xmit_err` of `struct veth_rq_stats`.
@HotPath
final class PeerTqStats {
    private final long[] xmit;
    private final long[] xmitErrors;
    private long unforwardable;

    PeerTqStats(int queues) {
        xmit = new long[queues];
        xmitErrors = new long[queues];
    }

    void sent(int queue, int accepted, int refused) {
        xmit[queue] += accepted;
        xmitErrors[queue] += refused;
    }

    /// A frame of the host side that is longer than the receiver's MTU allows.
    void unforwardable() {
        unforwardable++;
    }

    long xmit(int queue) {
        return xmit[queue];
    }

    long xmitErrors(int queue) {
        return xmitErrors[queue];
    }

    long unforwardableFrames() {
        return unforwardable;
    }
}
