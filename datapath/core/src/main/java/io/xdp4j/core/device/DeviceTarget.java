package io.xdp4j.core.device;

import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.frame.XdpRxqInfo;
import io.xdp4j.core.napi.Worker;
import io.xdp4j.core.offload.SoftwareOffload;
import io.xdp4j.core.program.RedirectTarget;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.ebpf.HotPath;
import org.jspecify.annotations.Nullable;

/// A device as the target of a redirect, with one bulk queue per worker.
///
/// Kernel: `__xdp_enqueue`.
public final class DeviceTarget implements RedirectTarget {
    private final NetDevice device;
    private final Worker[] workers;
    private final DevBulkQueue[] bulk;

    DeviceTarget(NetDevice device) {
        this.device = device;
        this.workers = device.datapath().workers().all().toArray(Worker[]::new);
        this.bulk = new DevBulkQueue[workers.length];
        for (int i = 0; i < workers.length; i++) {
            bulk[i] = new DevBulkQueue(workers[i], device);
        }
    }

    public NetDevice device() {
        return device;
    }

    @Override
    public int ifindex() {
        return device.ifindex();
    }

    @HotPath
    @Override
    public int redirect(XdpFrame frame, XdpRxqInfo ingress, int cpu) {
        return redirect(frame, ingress, cpu, null);
    }

    /// True when a broadcast may send a copy here.
    @HotPath
    public boolean accepts(XdpFrame frame) {
        return device.takesRedirects()
                && device.checkForward(frame) == 0
                && (!frame.hasFrags() || frame.isGso() || device.transmitsFrags());
    }

    /// The same with an egress program, as a devmap entry may have one.
    @HotPath
    public int redirect(
            XdpFrame frame, XdpRxqInfo ingress, int cpu, @Nullable AttachedProgram egress) {
        if (frame.isPlain() && frame.totalLength() <= device.longestRedirect()) {
            bulk[cpu].enqueue(frame, ingress, egress);
            return 0;
        }
        return redirectOther(frame, ingress, cpu, egress);
    }

    private int redirectOther(
            XdpFrame frame, XdpRxqInfo ingress, int cpu, @Nullable AttachedProgram egress) {
        boolean skb = frame.isSkb();
        if (!skb && !device.takesRedirects()) {
            return -Redirector.EOPNOTSUPP;
        }
        int error = device.checkForward(frame);
        if (error != 0) {
            return error;
        }
        if (skb) {
            xmitSkb(frame, workers[cpu], egress);
            return 0;
        }
        boolean tooLongForProgram = egress != null && !egress.hasFrags() && frame.isGso();
        if (tooLongForProgram || (frame.hasOffload() && !device.transmitsOffload(frame))) {
            return redirectFinished(frame, ingress, cpu, egress);
        }
        if (frame.hasFrags() && !device.transmitsFrags()) {
            return -Redirector.EOPNOTSUPP;
        }
        bulk[cpu].enqueue(frame, ingress, egress);
        return 0;
    }

    /// The generic way: the egress program at once, then out as the host side's frames go. The
    /// redirect has succeeded by now, whatever becomes of the frame.
    ///
    /// Kernel: `dev_map_generic_redirect`, `generic_xdp_tx`.
    @HotPath
    private void xmitSkb(XdpFrame frame, Worker worker, @Nullable AttachedProgram egress) {
        if (egress == null || EgressProgram.passes(egress, worker, device, frame)) {
            device.hostXmit(worker, frame);
        }
    }

    private int redirectFinished(
            XdpFrame frame, XdpRxqInfo ingress, int cpu, @Nullable AttachedProgram egress) {
        if (!frame.isGso()) {
            return SoftwareOffload.finishChecksum(frame)
                    ? redirect(frame, ingress, cpu, egress)
                    : -Redirector.EINVAL;
        }
        Worker worker = workers[cpu];
        XdpFrame[] out = worker.segments();
        int count = SoftwareOffload.segment(frame, worker.frames(), out);
        if (count == 0) {
            return -Redirector.EOPNOTSUPP;
        }
        worker.ledger().entered(count - 1);
        for (int i = 0; i < count; i++) {
            out[i].receivedBy(ingress);
            int error = redirect(out[i], ingress, cpu, egress);
            if (error != 0) {
                DropReason reason = Redirector.reasonOf(error);
                worker.drop(out[i], reason, device.ifindex());
            }
        }
        return 0;
    }

    @Override
    public String toString() {
        return device.name();
    }
}
