package io.xdp4j.veth;

import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.napi.NapiContext;
import io.xdp4j.core.napi.NapiPoller;
import io.xdp4j.core.napi.Worker;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.ebpf.HotPath;
import java.util.ArrayDeque;

/// What one worker's host side has sent while the peer's ring was full: a queue before the transmit
/// queue, which stops then and goes on when the peer has polled.
///
/// | step | here | the peer's poll |
/// |---|---|---|
/// | A | says that it is stopped | B: takes frames out of the ring, then a full fence |
/// | C | is IDLE with a full fence, looks into the ring again | D: asks who is stopped, and schedules it |
///
/// A before C and B before D: either C sees room or D sees the stop. (C) is [NapiContext]'s (B), (D).
///
/// Thread: the worker; [#wake] the peer's worker.
/// Owns: its frames.
/// Fails: a frame that finds it full is dropped as QDISC_FULL.
/// Kernel: a qdisc on a veth since 6.16: `veth_xmit` answers NETDEV_TX_BUSY, `veth_poll` wakes the queue.
final class TxQdisc implements NapiPoller {
    private final HostTransmit transmit;
    private final Worker worker;
    private final NapiContext napi;
    private final int limit;
    private final ArrayDeque<XdpFrame> frames;

    /// Until the peer has polled.
    private volatile boolean stopped;

    TxQdisc(HostTransmit transmit, Worker worker, int limit, String name) {
        this.transmit = transmit;
        this.worker = worker;
        this.limit = limit;
        this.frames = new ArrayDeque<>(limit);
        this.napi = worker.register(this, name);
    }

    @HotPath
    boolean isEmpty() {
        return frames.isEmpty();
    }

    /// Keeps a frame for later; false when there is no room.
    @HotPath
    boolean enqueue(XdpFrame frame) {
        if (frames.size() == limit) {
            return false;
        }
        frames.addLast(frame);
        if (!stopped) {
            stopped = true; // (A)
            napi.schedule();
        }
        return true;
    }

    /// Sends what the peer has room for now.
    @HotPath
    @Override
    public int poll(int budget) {
        stopped = false;
        int done = 0;
        while (done < budget && !frames.isEmpty()) {
            if (!transmit.dequeue(worker, frames.peekFirst())) {
                stopped = true; // (A)
                break;
            }
            frames.removeFirst();
            done++;
        }
        return done;
    }

    @HotPath
    @Override
    public boolean hasWork() {
        return !frames.isEmpty() && transmit.hasRoom(worker); // (C)
    }

    /// Called when the peer has polled, or will poll no more.
    @HotPath
    void wake() {
        if (stopped) { // (D)
            napi.schedule();
        }
    }

    /// Frees what is left, on the worker. Kernel: `qdisc_reset`.
    void reset(int ifindex) {
        worker.eventLoop()
                .execute(() -> {
                    while (!frames.isEmpty()) {
                        worker.drop(frames.removeFirst(), DropReason.TX_DEVICE_DOWN, ifindex);
                    }
                });
    }
}
