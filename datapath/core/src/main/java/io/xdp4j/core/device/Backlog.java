package io.xdp4j.core.device;

import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.napi.NapiContext;
import io.xdp4j.core.napi.NapiPoller;
import io.xdp4j.core.napi.Worker;
import io.xdp4j.ebpf.HotPath;
import org.jspecify.annotations.Nullable;

/// Frames that reached a device outside of any poll of that device, on their way to its host side.
///
/// A veth without NAPI receives this way: the host side of one end must not run inside the call in
/// which the host side of the other end sends.
///
/// Thread: its worker.
/// Owns: each frame from a `true` of [#enqueue] until its delivery.
/// Fails: [#enqueue] returns false while [#CAPACITY] frames wait; the caller keeps the frame.
/// Kernel: `netif_rx`, `process_backlog`, `net.core.netdev_max_backlog`.
@HotPath
public final class Backlog implements NapiPoller {
    /// Frames that may wait (`netdev_max_backlog`).
    public static final int CAPACITY = 1000;

    private static final int SLOTS = 1024;

    private final Worker worker;
    private final NapiContext napi;
    private final @Nullable XdpFrame[] waiting = new XdpFrame[SLOTS];
    private int head;
    private int tail;

    Backlog(Worker worker) {
        this.worker = worker;
        this.napi = worker.register(this, "backlog/" + worker.index());
    }

    /// Has the frame delivered to the host side of the device that `arrival` belongs to.
    public boolean enqueue(RxQueue arrival, XdpFrame frame) {
        if (tail - head == CAPACITY) {
            return false;
        }
        frame.receivedBy(arrival);
        waiting[tail & (SLOTS - 1)] = frame;
        if (tail++ == head) {
            napi.schedule();
        }
        return true;
    }

    @Override
    public int poll(int budget) {
        int done = 0;
        while (done < budget && head != tail) {
            int slot = head++ & (SLOTS - 1);
            XdpFrame frame = waiting[slot];
            waiting[slot] = null;
            if (frame != null && frame.rxq() instanceof RxQueue arrival) {
                arrival.device().deliver(worker, frame);
            }
            done++;
        }
        return done;
    }

    @Override
    public boolean hasWork() {
        return head != tail;
    }

    @Override
    public String toString() {
        return "backlog of " + worker + " [" + (tail - head) + "/" + CAPACITY + "]";
    }
}
