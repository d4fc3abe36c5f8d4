package io.xdp4j.core.device;

import static io.xdp4j.core.program.XdpAction.XDP_DROP;
import static io.xdp4j.core.program.XdpAction.XDP_PASS;
import static io.xdp4j.core.program.XdpAction.XDP_REDIRECT;
import static io.xdp4j.core.program.XdpAction.XDP_TX;

import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.napi.Worker;
import io.xdp4j.core.offload.SoftwareOffload;
import io.xdp4j.core.program.XdpBuff;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.core.trace.TraceListener;
import io.xdp4j.core.trace.Tracepoint;
import io.xdp4j.ebpf.HotPath;

/// Runs a device's generic program on what is on its way to the host side.
///
/// The packet is made as a driver would have handed it over first: 256 bytes of headroom, no
/// metadata, one chunk where the program wants that and it fits. TX and redirects to devices go the
/// way of the host side's frames, one at a time.
///
/// Thread: the worker that delivers.
/// Owns: each frame from here on.
/// Kernel: `do_xdp_generic`, `netif_receive_generic_xdp`, net/core/dev.c.
@HotPath
final class GenericXdp {
    private GenericXdp() {}

    static void receive(NetDevice device, Worker worker, XdpFrame frame, AttachedProgram program) {
        if (!(frame.rxq() instanceof RxQueue ingress)) {
            device.toHost(worker, frame);
            return;
        }
        frame.setSkb(true);
        boolean several = frame.hasFrags() || frame.isGso();
        if (several && !program.hasFrags() && !worker.frames().linearize(frame)) {
            receiveSegments(ingress, worker, frame, program);
        } else if (worker.frames().restoreHeadroom(frame) && fits(frame, program)) {
            run(ingress, worker, frame, program);
        } else {
            worker.drop(frame, DropReason.RX_FRAGS_UNSUPPORTED, device.ifindex());
        }
    }

    private static boolean fits(XdpFrame frame, AttachedProgram program) {
        return program.hasFrags() || !frame.hasFrags();
    }

    private static void receiveSegments(
            RxQueue ingress, Worker worker, XdpFrame frame, AttachedProgram program) {
        XdpFrame[] segments = worker.segments();
        int count = frame.isGso() ? SoftwareOffload.segment(frame, worker.frames(), segments) : 0;
        if (count == 0) {
            worker.drop(frame, DropReason.RX_FRAGS_UNSUPPORTED, ingress.ifindex());
            return;
        }
        worker.ledger().entered(count - 1);
        for (int i = 0; i < count; i++) {
            segments[i].receivedBy(ingress);
            segments[i].setSkb(true);
            run(ingress, worker, segments[i], program);
        }
    }

    private static void run(
            RxQueue ingress, Worker worker, XdpFrame frame, AttachedProgram program) {
        NetDevice device = ingress.device();
        XdpBuff xdp = worker.xdp();
        xdp.load(frame, ingress, 0);
        int action = program.run(xdp, device);
        switch (action) {
            case XDP_PASS -> device.toHost(worker, frame);
            case XDP_TX -> device.hostXmit(worker, frame);
            case XDP_REDIRECT -> redirect(ingress, worker, frame, program.id());
            default -> drop(device, worker, frame, program, action);
        }
    }

    private static void redirect(RxQueue ingress, Worker worker, XdpFrame frame, int progId) {
        Redirector redirector = ingress.device().datapath().redirector();
        int error = redirector.redirect(worker, frame, ingress, progId);
        if (error != 0) {
            worker.drop(frame, reasonOf(error), ingress.ifindex());
        }
    }

    private static void drop(
            NetDevice device, Worker worker, XdpFrame frame, AttachedProgram program, int action) {
        TraceListener trace = worker.trace(Tracepoint.XDP_EXCEPTION);
        if (trace != null && action != XDP_DROP) {
            trace.xdpException(program.id(), action, device.ifindex());
        }
        DropReason own = action == XDP_DROP ? worker.xdp().dropReason() : null;
        worker.drop(frame, own == null ? DropReason.ofAction(action) : own, device.ifindex());
    }

    /// A cpumap takes generic frames into its ring one by one, and says ENOSPC when that is full.
    private static DropReason reasonOf(int error) {
        return error == -Redirector.ENOSPC
                ? DropReason.CPUMAP_RING_FULL
                : Redirector.reasonOf(error);
    }
}
