package io.xdp4j.core.device;

import static io.xdp4j.core.program.XdpAction.XDP_DROP;
import static io.xdp4j.core.program.XdpAction.XDP_PASS;
import static io.xdp4j.core.program.XdpAction.XDP_REDIRECT;
import static io.xdp4j.core.program.XdpAction.XDP_TX;

import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.frame.XdpMemInfo;
import io.xdp4j.core.frame.XdpRxqInfo;
import io.xdp4j.core.napi.FlushPhase;
import io.xdp4j.core.napi.Flushable;
import io.xdp4j.core.napi.Worker;
import io.xdp4j.core.offload.SoftwareOffload;
import io.xdp4j.core.program.XdpBuff;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.core.trace.PaddedCounters;
import io.xdp4j.core.trace.TraceListener;
import io.xdp4j.core.trace.Tracepoint;
import io.xdp4j.ebpf.HotPath;
import org.jspecify.annotations.Nullable;

/// One receive queue: runs the attached program on each frame and acts on its answer.
///
/// A queue belongs to one worker for good. The device's poller calls [#receive] for what it takes from
/// the wire, the ring or the generator, best a burst at a time.
///
/// Thread: [#receive] and the counters' writes on the queue's worker; the program may be swapped
/// from any thread and takes effect with the next burst.
/// Kernel: `veth_xdp_rcv_one` and `struct netdev_rx_queue`.
public final class RxQueue implements XdpRxqInfo, Flushable {
    /// XDP_TX frames sent at a time (`VETH_XDP_TX_BULK_SIZE`).
    static final int TX_BULK = 16;

    /// Frames that a poller gathers for [#receive], at most.
    public static final int BURST = 16;

    private static final int PACKETS = 0;
    private static final int BYTES = 1;
    private static final int DROPS = 2;
    private static final int PASS = 3;
    private static final int DROP = 4;
    private static final int ABORTED = 5;
    private static final int TX = 6;
    private static final int TX_ERRORS = 7;
    private static final int REDIRECT = 8;
    private static final int REDIRECT_ERRORS = 9;
    private static final int COUNTERS = 10;

    private final NetDevice device;
    private final int index;
    private final int ifindex;
    private final Worker worker;
    private final XdpBuff xdp;
    private final Redirector redirector;
    private volatile @Nullable AttachedProgram attached;
    private XdpMemInfo mem = XdpMemInfo.SHARED;

    private final XdpFrame[] one = new XdpFrame[1];
    private final XdpFrame[] txBulk = new XdpFrame[TX_BULK];
    private int txCount;
    private XdpFrame[] segments = {};

    // Apart from the queue, which the targets of cpumaps read for each frame.
    private final PaddedCounters counters = new PaddedCounters(COUNTERS);

    RxQueue(NetDevice device, int index, Worker worker) {
        this.device = device;
        this.index = index;
        this.ifindex = device.ifindex();
        this.worker = worker;
        this.xdp = worker.xdp();
        this.redirector = device.datapath().redirector();
    }

    // ---- control

    public NetDevice device() {
        return device;
    }

    @Override
    public int queueIndex() {
        return index;
    }

    @Override
    public int ifindex() {
        return ifindex;
    }

    public Worker worker() {
        return worker;
    }

    @Override
    public XdpMemInfo mem() {
        return mem;
    }

    void setMem(XdpMemInfo model) {
        mem = model;
    }

    /// The program that runs on this queue now.
    public @Nullable AttachedProgram attached() {
        return attached;
    }

    void swap(@Nullable AttachedProgram program) {
        attached = program;
    }

    // ---- hot path

    /// A frame that enters the datapath here.
    ///
    /// Owns: the frame from here on.
    @HotPath
    public void receiveNew(XdpFrame frame) {
        one[0] = frame;
        receiveNew(one, 1);
    }

    /// The first `count` frames enter the datapath here.
    ///
    /// Owns: those frames from here on.
    @HotPath
    public void receiveNew(XdpFrame[] frames, int count) {
        worker.ledger().entered(count);
        receive(frames, count);
    }

    /// The first `count` frames were in the datapath already, such as those from a peer.
    ///
    /// Owns: those frames from here on.
    @HotPath
    public void receive(XdpFrame[] frames, int count) {
        long bytes = 0;
        for (int i = 0; i < count; i++) {
            bytes += frames[i].totalLength();
            frames[i].receivedBy(this);
        }
        counters.add(PACKETS, count);
        counters.add(BYTES, bytes);
        run(frames, 0, count, attached);
    }

    /// Runs the program on each frame and does what it says; what it dropped and redirected is counted at the
    /// end.
    ///
    /// It is one method so that HotSpot makes one of it, into which the program goes: above 325 bytes of
    /// bytecode (FreqInlineSize) it is inlined nowhere, where it would be cut off at some depth.
    ///
    /// Kernel: `veth_xdp_rcv`, which adds to its counters at the end of a poll too.
    @HotPath
    private void run(XdpFrame[] frames, int from, int to, @Nullable AttachedProgram program) {
        int next = from;
        int dropped = 0;
        int redirected = 0;
        try {
            while (next < to) {
                XdpFrame frame = frames[next++];
                if (program == null) {
                    counters.add(PASS, 1); // before anybody has the frame
                    device.deliver(worker, frame);
                    continue;
                }
                if (!frame.isPlain() && isTooMuch(frame, program)) {
                    receiveWithoutFrags(frame, program);
                    continue;
                }
                xdp.load(frame, this, 0);
                int action = program.run(xdp, device);
                switch (action) {
                    case XDP_PASS -> {
                        counters.add(PASS, 1); // before anybody has the frame
                        device.deliver(worker, frame);
                    }
                    case XDP_TX -> tx(frame);
                    case XDP_REDIRECT -> {
                        int error = redirector.redirect(worker, frame, this, program.id());
                        if (error == 0) {
                            redirected++;
                        } else {
                            counters.add(REDIRECT_ERRORS, 1);
                            drop(frame, Redirector.reason(frame, error));
                        }
                    }
                    case XDP_DROP -> {
                        DropReason reason = xdp.dropReason();
                        if (reason == null) {
                            dropped++;
                            worker.free(frame, DropReason.XDP_DROP, ifindex);
                        } else {
                            counters.add(DROP, 1);
                            worker.drop(frame, reason, ifindex);
                        }
                    }
                    default -> abort(frame, program.id(), action);
                }
            }
        } finally {
            counters.add(REDIRECT, redirected);
            counters.add(DROP, dropped);
            worker.ledger().dropped(DropReason.XDP_DROP, dropped);
            if (next < to) {
                run(frames, next, to, program); // after an exception only the frame in hand is lost
            }
        }
    }

    /// True for a frame of several chunks, or one to be cut into several, that the program cannot take.
    @HotPath
    private static boolean isTooMuch(XdpFrame frame, AttachedProgram program) {
        return !program.hasFrags() && (frame.hasFrags() || frame.isGso());
    }

    /// A GSO frame for a program that wants frames within the MTU is segmented first; what cannot
    /// be is dropped.
    @HotPath
    private void receiveWithoutFrags(XdpFrame frame, AttachedProgram program) {
        XdpFrame[] segments = worker.segments();
        int count = frame.isGso() ? SoftwareOffload.segment(frame, worker.frames(), segments) : 0;
        if (count == 0) {
            drop(frame, DropReason.RX_FRAGS_UNSUPPORTED);
            return;
        }
        worker.ledger().entered(count - 1);
        for (int i = 0; i < count; i++) {
            segments[i].receivedBy(this);
        }
        run(segments, 0, count, program);
    }

    @HotPath
    private void abort(XdpFrame frame, int progId, int action) {
        counters.add(ABORTED, 1);
        traceException(progId, action);
        worker.drop(frame, DropReason.ofAction(action), ifindex);
    }

    @HotPath
    private void traceException(int progId, int action) {
        TraceListener trace = worker.trace(Tracepoint.XDP_EXCEPTION);
        if (trace != null) {
            trace.xdpException(progId, action, ifindex);
        }
    }

    /// Drops a received frame that never reaches a program.
    @HotPath
    public void drop(XdpFrame frame, DropReason reason) {
        counters.add(DROPS, 1);
        worker.drop(frame, reason, ifindex);
    }

    /// Counts a frame that could not even be taken into the pool: it enters and ends here.
    @HotPath
    public void dropWithoutFrame(DropReason reason, int frames) {
        counters.add(DROPS, frames);
        worker.ledger().entered(frames);
        worker.ledger().dropped(reason, frames);
        TraceListener trace = worker.traceDrops();
        if (trace != null) {
            trace.frameDropped(reason, ifindex);
        }
    }

    /// Queues a frame for the way back, in a form that the device can send.
    @HotPath
    private void tx(XdpFrame frame) {
        if (frame.isPlain()) {
            queueTx(frame);
        } else {
            txOther(frame);
        }
    }

    @HotPath
    private void txOther(XdpFrame frame) {
        boolean unfinished = frame.hasOffload() && !device.transmitsOffload(frame);
        if (unfinished && frame.isGso()) {
            txSegments(frame);
        } else if ((unfinished && !SoftwareOffload.finishChecksum(frame))
                || (frame.hasFrags() && !device.transmitsFrags())) {
            counters.add(TX_ERRORS, 1);
            worker.drop(frame, DropReason.XDP_TX_ERROR, ifindex);
        } else {
            queueTx(frame);
        }
    }

    private void txSegments(XdpFrame frame) {
        if (segments.length == 0) {
            segments = new XdpFrame[SoftwareOffload.MAX_SEGMENTS];
        }
        int count = SoftwareOffload.segment(frame, worker.frames(), segments);
        if (count == 0) {
            counters.add(TX_ERRORS, 1);
            worker.drop(frame, DropReason.XDP_TX_ERROR, ifindex);
            return;
        }
        worker.ledger().entered(count - 1);
        for (int i = 0; i < count; i++) {
            segments[i].receivedBy(this);
            queueTx(segments[i]);
        }
    }

    @HotPath
    private void queueTx(XdpFrame frame) {
        if (txCount == TX_BULK) {
            flush();
        }
        if (txCount == 0) {
            worker.flushLater(FlushPhase.XDP_TX, this);
        }
        txBulk[txCount++] = frame;
    }

    /// Sends the XDP_TX frames of this poll.
    @HotPath
    @Override
    public void flush() {
        int count = txCount;
        if (count == 0) {
            return;
        }
        txCount = 0;
        int sent = device.xdpTx(worker, txBulk, count);
        int error = Math.min(sent, 0);
        sent = Math.max(sent, 0);
        DropReason reason = NetDevice.refused(error, DropReason.XDP_TX_ERROR);
        for (int i = sent; i < count; i++) {
            worker.drop(txBulk[i], reason, ifindex);
        }
        counters.add(TX, sent);
        counters.add(TX_ERRORS, count - sent);
        TraceListener trace = worker.trace(Tracepoint.XDP_BULK_TX);
        if (trace != null) {
            trace.xdpBulkTx(ifindex, sent, count - sent, error);
        }
    }

    // ---- counters, readable by any thread

    public long packets() {
        return counters.get(PACKETS);
    }

    public long bytes() {
        return counters.get(BYTES);
    }

    /// Frames lost on receive before or beside the program (`rx_drops`).
    public long drops() {
        return counters.get(DROPS);
    }

    public long xdpPass() {
        return counters.get(PASS);
    }

    public long xdpDrop() {
        return counters.get(DROP);
    }

    public long xdpAborted() {
        return counters.get(ABORTED);
    }

    public long xdpTx() {
        return counters.get(TX);
    }

    public long xdpTxErrors() {
        return counters.get(TX_ERRORS);
    }

    public long xdpRedirect() {
        return counters.get(REDIRECT);
    }

    public long xdpRedirectErrors() {
        return counters.get(REDIRECT_ERRORS);
    }

    @Override
    public String toString() {
        return device.name() + ":" + index;
    }
}
