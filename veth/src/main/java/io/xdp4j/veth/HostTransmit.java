package io.xdp4j.veth;

import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.device.Redirector;
import io.xdp4j.core.device.RxQueue;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.napi.Worker;
import io.xdp4j.core.offload.SoftwareOffload;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.ebpf.HotPath;
import java.util.Arrays;
import java.util.List;

/// The way of the host side's frames from one end to the other.
///
/// Thread: the worker it is given.
/// Owns: each frame; one that cannot be sent is dropped and counted here.
/// Kernel: `veth_xmit`, `veth_forward_skb`.
final class HostTransmit {
    private final VethDevice device;

    /// Segments of one GSO frame, for each worker that has met one.
    private final XdpFrame[][] segments;

    /// For each worker; none without a queueing discipline.
    private final TxQdisc[] qdiscs;

    /// @param qdiscLimit frames that wait on each worker while the peer's ring is full, 0 for none
    HostTransmit(VethDevice device, int qdiscLimit) {
        this.device = device;
        List<Worker> workers = device.datapath().workers().all();
        this.segments = new XdpFrame[workers.size()][0];
        this.qdiscs = new TxQdisc[qdiscLimit == 0 ? 0 : workers.size()];
        Arrays.setAll(
                qdiscs,
                i -> new TxQdisc(this, workers.get(i), qdiscLimit, device.name() + ":qdisc"));
    }

    boolean hasQdisc() {
        return qdiscs.length > 0;
    }

    /// The peer has polled: what waits for room goes on.
    @HotPath
    void wakeQueues() {
        for (TxQdisc qdisc : qdiscs) {
            qdisc.wake();
        }
    }

    void reset() {
        for (TxQdisc qdisc : qdiscs) {
            qdisc.reset(device.ifindex());
        }
    }

    @HotPath
    void transmit(Worker worker, XdpFrame frame) {
        frame.setSkb(true);
        VethDevice to = device.peer();
        if (to == null) {
            refuse(worker, frame, DropReason.TX_NO_PEER);
        } else if (frame.totalLength() < NetDevice.ETH_HLEN) {
            refuse(worker, frame, DropReason.HOST_TOO_SHORT);
        } else if (!device.isUp()) {
            refuse(worker, frame, DropReason.TX_DEVICE_DOWN);
        } else if (frame.hasOffload() && !device.transmitsOffload(frame)) {
            finish(worker, to, frame);
        } else {
            forward(worker, to, frame);
        }
    }

    @HotPath
    private void forward(Worker worker, VethDevice to, XdpFrame frame) {
        int error = to.checkForward(frame);
        if (error != 0) {
            refuse(worker, to, frame, error);
            return;
        }
        if (!hasQdisc()) {
            if (!send(worker, to, frame)) {
                refuse(worker, frame, DropReason.TX_RING_FULL);
            }
            return;
        }
        TxQdisc qdisc = qdiscs[worker.index()];
        boolean sent = qdisc.isEmpty() && send(worker, to, frame);
        if (!sent && !qdisc.enqueue(frame)) {
            worker.drop(frame, DropReason.QDISC_FULL, device.ifindex());
        }
    }

    /// Hands a frame over; false when the peer's ring is full.
    @HotPath
    private boolean send(Worker worker, VethDevice to, XdpFrame frame) {
        int queue = worker.index() % device.realTxQueues();
        VethRq rq = to.hostRq(queue);
        if (rq == null || !rq.hasNapi()) {
            toHost(worker, to.arrival(queue), frame);
            return true;
        }
        boolean sent = rq.produce(frame);
        if (sent) {
            rq.schedule();
        }
        return sent;
    }

    /// Has a frame that waited go on as if it came now; false while there is still no room.
    @HotPath
    boolean dequeue(Worker worker, XdpFrame frame) {
        VethDevice to = device.peer();
        if (to == null || !device.isUp()) {
            refuse(worker, frame, to == null ? DropReason.TX_NO_PEER : DropReason.TX_DEVICE_DOWN);
            return true;
        }
        int error = to.checkForward(frame);
        if (error != 0) {
            refuse(worker, to, frame, error);
            return true;
        }
        return send(worker, to, frame);
    }

    /// True when [#dequeue] would get rid of a frame.
    @HotPath
    boolean hasRoom(Worker worker) {
        VethDevice to = device.peer();
        VethRq rq = to == null ? null : to.hostRq(worker.index() % device.realTxQueues());
        return rq == null || rq.hasRoom();
    }

    @HotPath
    private void toHost(Worker worker, RxQueue arrival, XdpFrame frame) {
        int length = frame.totalLength();
        if (device.datapath().backlog(worker).enqueue(arrival, frame)) {
            device.txCounters(worker).sent(1, length);
        } else {
            refuse(worker, frame, DropReason.HOST_BACKLOG_FULL);
        }
    }

    /// Takes frames out of a program's hands to this end's host side, which no NAPI does: a prefix, up
    /// to the first that cannot be had, or an error for none.
    @HotPath
    int receive(Worker worker, RxQueue arrival, XdpFrame[] frames, int count) {
        VethDevice from = device.peer();
        int taken = 0;
        int error = -Redirector.ENXIO;
        while (from != null && taken < count) {
            XdpFrame frame = frames[taken];
            int length = frame.totalLength();
            error = device.checkForward(frame);
            if (error != 0 || !device.datapath().backlog(worker).enqueue(arrival, frame)) {
                break;
            }
            frame.setSkb(true);
            from.txCounters(worker).sent(1, length);
            taken++;
        }
        return taken == 0 ? error : taken;
    }

    /// Does what is left to do on a frame that a program is to see.
    private void finish(Worker worker, VethDevice to, XdpFrame frame) {
        if (!frame.isGso()) {
            if (SoftwareOffload.finishChecksum(frame)) {
                forward(worker, to, frame);
            } else {
                refuse(worker, frame, DropReason.RX_BAD_OFFLOAD);
            }
            return;
        }
        XdpFrame[] out = segmentsOf(worker);
        int count = SoftwareOffload.segment(frame, worker.frames(), out);
        if (count == 0) {
            refuse(worker, frame, DropReason.RX_BAD_OFFLOAD);
            return;
        }
        worker.ledger().entered(count - 1);
        for (int i = 0; i < count; i++) {
            out[i].setSkb(true);
            forward(worker, to, out[i]);
        }
    }

    /// Made when a worker meets its first GSO frame.
    private XdpFrame[] segmentsOf(Worker worker) {
        int index = worker.index();
        if (segments[index].length == 0) {
            segments[index] = new XdpFrame[SoftwareOffload.MAX_SEGMENTS];
        }
        return segments[index];
    }

    /// The receiver, too, counts a frame that is too long for it (`__dev_forward_skb`).
    private void refuse(Worker worker, VethDevice to, XdpFrame frame, int error) {
        boolean tooLong = error == -Redirector.EMSGSIZE;
        if (tooLong) {
            to.from(worker).unforwardable();
        }
        refuse(worker, frame, tooLong ? DropReason.TX_TOO_LONG : DropReason.TX_DEVICE_DOWN);
    }

    private void refuse(Worker worker, XdpFrame frame, DropReason reason) {
        device.txCounters(worker).dropped(1);
        worker.drop(frame, reason, device.ifindex());
    }
}
