package io.xdp4j.core.device;

import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.frame.XdpRxqInfo;
import io.xdp4j.core.napi.FlushPhase;
import io.xdp4j.core.napi.Flushable;
import io.xdp4j.core.napi.Worker;
import io.xdp4j.core.offload.SoftwareOffload;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.core.trace.TraceListener;
import io.xdp4j.core.trace.Tracepoint;
import io.xdp4j.ebpf.HotPath;
import org.jspecify.annotations.Nullable;

/// Frames that one worker redirects to one device; sent 16 at a time and at the end of the poll.
///
/// The egress program runs at the flush; it and the ingress device are those of the first frame
/// queued in the poll.
///
/// Thread: its worker.
/// Owns: each frame from [#enqueue] until [#flush].
/// Kernel: `struct xdp_dev_bulk_queue`, `bq_enqueue`, `bq_xmit_all`.
@HotPath
final class DevBulkQueue implements Flushable {
    /// `DEV_MAP_BULK_SIZE`.
    private static final int BULK = 16;

    private final Worker worker;
    private final NetDevice device;
    private final XdpFrame[] queue = new XdpFrame[BULK];
    private int count;
    private @Nullable XdpRxqInfo ingress;
    private @Nullable AttachedProgram program;

    DevBulkQueue(Worker worker, NetDevice device) {
        this.worker = worker;
        this.device = device;
    }

    void enqueue(XdpFrame frame, XdpRxqInfo from, @Nullable AttachedProgram egress) {
        if (count == BULK) {
            xmitAll(false);
        }
        if (ingress == null) {
            worker.flushLater(FlushPhase.DEVMAP, this);
            ingress = from;
            program = egress;
        }
        queue[count++] = frame;
    }

    @Override
    public void flush() {
        if (count > 0) {
            xmitAll(true);
        }
        ingress = null;
        program = null;
    }

    private void xmitAll(boolean flush) {
        int queued = count;
        count = 0;
        AttachedProgram egress = program;
        int toSend = egress == null ? queued : runProgram(egress, queued);
        int sent = toSend == 0 ? 0 : device.xdpXmit(worker, queue, toSend, flush);
        int error = Math.min(sent, 0);
        sent = Math.max(sent, 0);
        DropReason reason = NetDevice.refused(error, DropReason.DEVMAP_XMIT_ERROR);
        for (int i = sent; i < toSend; i++) {
            worker.drop(queue[i], reason, device.ifindex());
        }
        TraceListener trace = worker.trace(Tracepoint.XDP_DEVMAP_XMIT);
        XdpRxqInfo from = ingress;
        if (trace != null && from != null) {
            trace.xdpDevmapXmit(from.ifindex(), device.ifindex(), sent, queued - sent, error);
        }
    }

    /// Keeps the frames that the egress program passes, in order, and returns how many.
    private int runProgram(AttachedProgram egress, int queued) {
        int kept = 0;
        for (int i = 0; i < queued; i++) {
            XdpFrame frame = queue[i];
            if (!EgressProgram.passes(egress, worker, device, frame)) {
                continue;
            }
            if (frame.hasOffload() && !device.transmitsOffload(frame) && !finish(frame)) {
                worker.drop(frame, DropReason.DEVMAP_XMIT_ERROR, device.ifindex());
            } else {
                queue[kept++] = frame;
            }
        }
        return kept;
    }

    /// The program may have moved the packet's start so that the device can no longer do what is left.
    private static boolean finish(XdpFrame frame) {
        return !frame.isGso() && SoftwareOffload.finishChecksum(frame);
    }
}
