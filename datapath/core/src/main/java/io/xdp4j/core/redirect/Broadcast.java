package io.xdp4j.core.redirect;

import io.xdp4j.core.device.Redirector;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.frame.XdpRxqInfo;
import io.xdp4j.core.napi.Worker;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.ebpf.HotPath;
import org.jspecify.annotations.Nullable;

/// Sends copies of a frame to the entries of a devmap.
///
/// Each usable target but the last gets a copy, the last the frame itself; unusable ones (down, too
/// small an MTU) are skipped in silence, and with none left the frame is freed without an error.
///
/// Kernel: `dev_map_enqueue_multi`.
@HotPath
final class Broadcast {
    private Broadcast() {}

    static void send(
            @Nullable DevMapEntry[] entries,
            Worker worker,
            XdpFrame frame,
            XdpRxqInfo ingress,
            boolean excludeIngress) {
        DevMapEntry last = null;
        for (DevMapEntry entry : entries) {
            if (entry == null
                    || (excludeIngress && entry.ifindex() == ingress.ifindex())
                    || !entry.accepts(frame)) {
                continue;
            }
            if (last != null) {
                sendCopy(last, worker, frame, ingress);
            }
            last = entry;
        }
        if (last == null) {
            worker.drop(frame, DropReason.REDIRECT_NO_ENTRY, ingress.ifindex());
            return;
        }
        int error = last.redirect(frame, ingress, worker.index());
        if (error != 0) {
            worker.drop(frame, Redirector.reasonOf(error), last.ifindex());
        }
    }

    private static void sendCopy(
            DevMapEntry to, Worker worker, XdpFrame frame, XdpRxqInfo ingress) {
        worker.ledger().entered(1);
        XdpFrame copy = worker.frames().copyOf(frame);
        if (copy == null) {
            worker.ledger().dropped(DropReason.CLONE_NO_MEMORY, 1);
            return;
        }
        int error = to.redirect(copy, ingress, worker.index());
        if (error != 0) {
            worker.drop(copy, Redirector.reasonOf(error), to.ifindex());
        }
    }
}
