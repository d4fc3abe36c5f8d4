package io.xdp4j.packet.pcap;

import io.xdp4j.core.device.RxQueue;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.napi.NapiContext;
import io.xdp4j.core.napi.NapiPoller;
import io.xdp4j.core.napi.Worker;
import io.xdp4j.core.ring.PtrRing;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.ebpf.HotPath;

/// A receive queue whose worker is another than the one that reads the wire: frames cross in a
/// ring.
///
/// Thread: [#offer] and [#wake] the reading worker; the poll the queue's worker.
/// Owns: offered frames until the queue takes them.
/// Fails: [#offer] is false when the ring is full; the caller keeps the frame. Frames still in the
/// ring when the device goes down are dropped as RING_PURGED.
final class RxRing implements NapiPoller {
    private static final int CAPACITY = 512;

    private final RxQueue queue;
    private final Worker worker;
    private final NapiContext napi;
    private final PtrRing ring = new PtrRing(CAPACITY);
    private boolean offered;

    RxRing(RxQueue queue) {
        this.queue = queue;
        this.worker = queue.worker();
        this.napi = worker.register(this, queue.toString());
    }

    /// True when [#offer] will succeed; the reader is the only producer.
    @HotPath
    boolean hasRoom() {
        return ring.size() < CAPACITY;
    }

    @HotPath
    boolean offer(XdpFrame frame) {
        offered = true;
        return ring.produce(frame);
    }

    /// Has what was offered polled.
    @HotPath
    void wake() {
        if (offered) {
            offered = false;
            napi.schedule();
        }
    }

    @HotPath
    @Override
    public boolean hasWork() {
        return !ring.isEmpty();
    }

    @HotPath
    @Override
    public int poll(int budget) {
        boolean up = queue.device().isUp();
        int done = 0;
        while (done < budget) {
            XdpFrame frame = ring.consume();
            if (frame == null) {
                break;
            }
            done++;
            if (up) {
                queue.receiveNew(frame);
            } else {
                worker.ledger().entered(1);
                queue.drop(frame, DropReason.RING_PURGED);
            }
        }
        return done;
    }

    /// Waits until the ring is empty; nothing is offered meanwhile.
    void finish() {
        do {
            napi.schedule();
            queue.device().datapath().workers().synchronize();
        } while (!ring.isEmpty());
        queue.device().datapath().workers().synchronize();
    }
}
