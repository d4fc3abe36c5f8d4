package io.xdp4j.veth;

import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.device.Redirector;
import io.xdp4j.core.device.RxQueue;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.napi.NapiContext;
import io.xdp4j.core.napi.NapiPoller;
import io.xdp4j.core.napi.Worker;
import io.xdp4j.core.ring.PtrRing;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.ebpf.HotPath;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/// One receive queue of a veth end: the ring that the other end fills and the poller that empties
/// it.
///
/// The ring exists while the queue has NAPI. It goes in three steps: [#disable] hides it from
/// senders and the poller, `WorkerGroup.synchronize` waits until none of them holds it any more,
/// [#purge] frees what it still has.
///
/// Thread: [#produce] and [#schedule] any worker; [#poll] the queue's worker; enabling and
/// disabling under the pair's lock.
/// Owns: the frames in its ring.
/// Kernel: `struct veth_rq`, `veth_xdp_rcv`.
final class VethRq implements NapiPoller {
    /// Frames in a ring (`VETH_RING_SIZE`).
    static final int RING_SIZE = 256;

    private final RxQueue queue;
    private final NapiContext napi;
    private volatile @Nullable PtrRing ring;
    private @Nullable PtrRing retired;

    /// The sender's transmit queues, when they may wait for this ring.
    private volatile @Nullable HostTransmit sender;

    private final XdpFrame[] burst = new XdpFrame[RxQueue.BURST];

    /// Polled frames that the other host side sent, skbs in the kernel's terms.
    private long hostFrames;

    VethRq(RxQueue queue) {
        this.queue = queue;
        this.napi = queue.worker().register(this, queue.toString());
    }

    // ---- control

    void enable() {
        if (ring == null) {
            ring = new PtrRing(RING_SIZE);
        }
    }

    /// True when there was a ring, which now waits for [#purge].
    boolean disable() {
        if (ring == null) {
            return false;
        }
        retired = ring;
        ring = null;
        return true;
    }

    /// Has the worker free the hidden ring's frames.
    void purge() {
        PtrRing hidden = retired;
        retired = null;
        if (hidden != null) {
            queue.worker().eventLoop().execute(() -> free(hidden));
        }
    }

    private void free(PtrRing hidden) {
        Worker worker = queue.worker();
        for (XdpFrame frame = hidden.consume(); frame != null; frame = hidden.consume()) {
            worker.drop(frame, DropReason.RING_PURGED, queue.ifindex());
        }
    }

    /// Says whose transmit queues wait for room here.
    void wakes(HostTransmit transmit) {
        sender = transmit;
    }

    RxQueue queue() {
        return queue;
    }

    int index() {
        return queue.queueIndex();
    }

    /// Bytes received, where a frame from the host side counts without its Ethernet header.
    ///
    /// Kernel: an skb in the ring went through `eth_type_trans`, so `skb->len` starts behind it.
    long bytes() {
        return queue.bytes() - hostFrames * NetDevice.ETH_HLEN;
    }

    // ---- senders

    @HotPath
    boolean hasNapi() {
        return ring != null;
    }

    /// True when a frame would find room, or no ring.
    @HotPath
    boolean hasRoom() {
        PtrRing to = ring;
        return to == null || to.size() < to.capacity();
    }

    /// Takes a frame of the host side; false when the ring is full.
    @HotPath
    boolean produce(XdpFrame frame) {
        PtrRing to = ring;
        return to != null && to.produce(frame);
    }

    /// Takes a prefix of `count` frames: up to the first that is too long, or that finds the ring
    /// full. `-ENXIO` without NAPI.
    @HotPath
    int produce(XdpFrame[] frames, int count, int maxLength) {
        PtrRing to = ring;
        if (to == null) {
            return -Redirector.ENXIO;
        }
        int fit = 0;
        while (fit < count && fits(frames[fit], maxLength)) {
            fit++;
        }
        return to.produce(frames, fit);
    }

    private static boolean fits(XdpFrame frame, int maxLength) {
        return frame.totalLength() <= maxLength || frame.isGso();
    }

    @HotPath
    void schedule() {
        napi.schedule();
    }

    @HotPath
    boolean hasProgram() {
        return queue.attached() != null;
    }

    // ---- poller

    @HotPath
    @Override
    public int poll(int budget) {
        PtrRing from = ring;
        if (from == null) {
            return 0;
        }
        int done = 0;
        int taken;
        do {
            taken = from.consume(burst, Math.min(RxQueue.BURST, budget - done));
            queue.receive(burst, convertSkbs(taken));
            done += taken;
        } while (taken > 0 && done < budget);
        HostTransmit waiting = sender;
        if (waiting != null) {
            VarHandle.fullFence(); // (B) of TxQdisc
            waiting.wakeQueues();
        }
        return done;
    }

    /// Frames of the other host side are given what a driver's frame has: headroom, no metadata. Those for
    /// which there is no memory are dropped; returns how many are left.
    ///
    /// Kernel: `veth_convert_skb_to_xdp_buff`.
    @HotPath
    private int convertSkbs(int taken) {
        int kept = 0;
        for (int i = 0; i < taken; i++) {
            XdpFrame frame = burst[i];
            if (frame.isSkb() && !convertSkb(frame)) {
                queue.drop(frame, DropReason.RX_NO_MEMORY);
                continue;
            }
            if (kept != i) {
                burst[kept] = frame;
            }
            kept++;
        }
        return kept;
    }

    @HotPath
    private boolean convertSkb(XdpFrame frame) {
        hostFrames++;
        frame.setSkb(false);
        return queue.worker().frames().restoreHeadroom(frame);
    }

    @HotPath
    @Override
    public boolean hasWork() {
        PtrRing from = ring;
        return from != null && !from.isEmpty();
    }

    @Override
    public String toString() {
        return queue + " " + ring;
    }
}
