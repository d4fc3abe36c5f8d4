package io.xdp4j.core.device;

import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.frame.XdpRxqInfo;
import io.xdp4j.core.napi.Worker;
import io.xdp4j.core.program.XdpAction;
import io.xdp4j.core.program.XdpBuff;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.core.trace.TraceListener;
import io.xdp4j.core.trace.Tracepoint;
import io.xdp4j.ebpf.HotPath;

/// The program of a devmap entry, run on a frame that is about to leave.
///
/// Kernel: `dev_map_bpf_prog_run`, `dev_map_bpf_prog_run_skb`.
@HotPath
final class EgressProgram {
    private EgressProgram() {}

    /// True when the frame may leave.
    ///
    /// Owns: takes the frame on false, then dropped and counted.
    static boolean passes(
            AttachedProgram program, Worker worker, NetDevice device, XdpFrame frame) {
        XdpRxqInfo ingress = frame.rxq();
        if (ingress == null || (frame.hasFrags() && !program.hasFrags())) {
            worker.drop(frame, DropReason.RX_FRAGS_UNSUPPORTED, device.ifindex());
            return false;
        }
        XdpBuff xdp = worker.xdp();
        xdp.load(frame, ingress, device.ifindex());
        int action = program.run(xdp, device);
        if (action == XdpAction.XDP_PASS) {
            return true;
        }
        TraceListener trace = worker.trace(Tracepoint.XDP_EXCEPTION);
        if (trace != null && action != XdpAction.XDP_DROP) {
            trace.xdpException(program.id(), action, device.ifindex());
        }
        DropReason own = action == XdpAction.XDP_DROP ? xdp.dropReason() : null;
        worker.drop(frame, own == null ? DropReason.DEVMAP_PROGRAM : own, device.ifindex());
        return false;
    }
}
