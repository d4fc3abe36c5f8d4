package io.xdp4j.programs.bridge;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.DeviceTarget;
import io.xdp4j.core.device.Redirector;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.frame.XdpRxqInfo;
import io.xdp4j.core.napi.Worker;
import io.xdp4j.core.program.RedirectMap;
import io.xdp4j.core.program.RedirectTarget;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.ebpf.HotPath;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The ports of a switch that tags or mirrors, as a map to redirect to.
///
/// It does at the redirect what a devmap's egress program would do at the flush: each port gets the
/// frame with the tag it wants. Doing it here makes the length check see the frame that leaves,
/// keeps the VLAN with the segments that a GSO frame may be cut into on the way to the flush, and
/// does not depend on which frame was the first of the bulk, whose program the flush would run.
///
/// Thread: look-ups and redirects any worker, each with its own [ForwardInfo]; the topology is
/// replaced from any thread.
/// Owns: copies until they are redirected.
/// Fails: as [RedirectTarget] and [RedirectMap] say.
/// Kernel: `dev_map_enqueue`, `dev_map_enqueue_multi`, `tcf_mirred_act`.
@HotPath
final class SwitchMap implements RedirectMap {
    private final int id;
    private final String name;
    private final Worker[] workers;
    private final ForwardInfo[] infos;
    private volatile SwitchTopology topology;

    /// A map without ports.
    SwitchMap(Datapath datapath, String name) {
        this.id = datapath.nextMapId();
        this.name = name;
        this.workers = datapath.workers().all().toArray(Worker[]::new);
        this.infos = new ForwardInfo[workers.length];
        Arrays.setAll(infos, i -> new ForwardInfo());
        this.topology = new SwitchTopology(List.of(), false, Map.of());
    }

    SwitchTopology topology() {
        return topology;
    }

    void setTopology(SwitchTopology next) {
        topology = next;
    }

    ForwardInfo info(int cpu) {
        return infos[cpu];
    }

    @Override
    public int id() {
        return id;
    }

    @Override
    public long redirectFlags() {
        return BROADCAST | EXCLUDE_INGRESS;
    }

    @Override
    public @Nullable RedirectTarget lookup(int key) {
        return topology.port(key);
    }

    /// Sends a frame to one port, and copies to the mirrors.
    int redirect(SwitchPort to, XdpFrame frame, XdpRxqInfo from, int cpu) {
        ForwardInfo info = infos[cpu];
        mirrorReceived(info, frame, from, cpu);
        return send(info, to, frame, from, cpu);
    }

    /// Sends a frame to the ports of its VLAN but the one it came from, and copies to the mirrors;
    /// a frame that is to be dropped goes to the mirrors only.
    @Override
    public int broadcast(XdpFrame frame, XdpRxqInfo from, int cpu, boolean excludeIngress) {
        ForwardInfo info = infos[cpu];
        mirrorReceived(info, frame, from, cpu);
        DropReason reason = info.reason();
        if (reason != null) {
            workers[cpu].drop(frame, reason, from.ifindex());
            return 0;
        }
        SwitchPort last = null;
        for (SwitchPort member : info.topology().members(info.vid())) {
            if (member != info.ingress() && member.target().accepts(frame)) {
                if (last != null) {
                    sendCopy(info, last, frame, from, cpu);
                }
                last = member;
            }
        }
        if (last == null) {
            workers[cpu].drop(frame, DropReason.REDIRECT_NO_ENTRY, from.ifindex());
            return 0;
        }
        int error = send(info, last, frame, from, cpu);
        dropOnError(error, last.target(), frame, cpu);
        return 0;
    }

    private void sendCopy(
            ForwardInfo info, SwitchPort to, XdpFrame frame, XdpRxqInfo from, int cpu) {
        XdpFrame copy = copyOf(frame, cpu);
        if (copy != null) {
            dropOnError(send(info, to, copy, from, cpu), to.target(), copy, cpu);
        }
    }

    private int send(ForwardInfo info, SwitchPort to, XdpFrame frame, XdpRxqInfo from, int cpu) {
        if (!to.vlans().shape(frame, info.vid())) {
            return -Redirector.EOVERFLOW;
        }
        DeviceTarget[] mirrors = info.topology().sentMirrors(to);
        if (mirrors.length > 0 && to.target().accepts(frame)) {
            mirror(info, mirrors, frame, from, cpu);
        }
        return to.target().redirect(frame, from, cpu);
    }

    private void mirrorReceived(ForwardInfo info, XdpFrame frame, XdpRxqInfo from, int cpu) {
        DeviceTarget[] mirrors = info.topology().receivedMirrors(info.ingress());
        if (mirrors.length > 0) {
            mirror(info, mirrors, frame, from, cpu);
        }
    }

    private void mirror(
            ForwardInfo info, DeviceTarget[] mirrors, XdpFrame frame, XdpRxqInfo from, int cpu) {
        for (DeviceTarget to : mirrors) {
            XdpFrame copy = to.accepts(frame) ? copyOf(frame, cpu) : null;
            if (copy != null) {
                info.ingress().counters(cpu).mirrored++;
                dropOnError(to.redirect(copy, from, cpu), to, copy, cpu);
            }
        }
    }

    private @Nullable XdpFrame copyOf(XdpFrame frame, int cpu) {
        Worker worker = workers[cpu];
        worker.ledger().entered(1);
        XdpFrame copy = worker.frames().copyOf(frame);
        if (copy == null) {
            worker.ledger().dropped(DropReason.CLONE_NO_MEMORY, 1);
        }
        return copy;
    }

    private void dropOnError(int error, DeviceTarget to, XdpFrame frame, int cpu) {
        if (error != 0) {
            workers[cpu].drop(frame, Redirector.reasonOf(error), to.ifindex());
        }
    }

    @Override
    public String toString() {
        return "switch " + name;
    }
}
