package io.xdp4j.core.redirect;

import io.xdp4j.core.device.AttachedProgram;
import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.device.Redirector;
import io.xdp4j.core.device.RxQueue;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.frame.XdpRxqInfo;
import io.xdp4j.core.napi.NapiContext;
import io.xdp4j.core.napi.NapiPoller;
import io.xdp4j.core.napi.Worker;
import io.xdp4j.core.offload.SoftwareOffload;
import io.xdp4j.core.program.RedirectTarget;
import io.xdp4j.core.program.XdpAction;
import io.xdp4j.core.program.XdpBuff;
import io.xdp4j.core.ring.PtrRing;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.core.trace.PaddedCounters;
import io.xdp4j.core.trace.TraceListener;
import io.xdp4j.core.trace.Tracepoint;
import io.xdp4j.ebpf.HotPath;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One CPU of a cpumap: a ring, and a second poller on the target worker that empties it.
///
/// The poller takes at most eight frames at a time, runs the entry's program on them if it has one,
/// and hands the rest to the host side of the device they came in by. A deleted or replaced entry
/// first drains its ring, so nothing is lost.
///
/// Thread: [#redirect] any worker; the poll on the target worker.
/// Kernel: `struct bpf_cpu_map_entry`, `cpu_map_kthread_run`.
public final class CpuMapEntry implements RedirectTarget, NapiPoller {
    private static final int SCHED = 0;
    private static final int PASS = 1;
    private static final int DROP = 2;
    private static final int REDIRECT = 3;
    private static final int COUNTERS = 4;

    private final Datapath datapath;
    private final int mapId;
    private final Worker target;
    private final PtrRing ring;
    private final NapiContext napi;
    private final CpuMapBulkQueue[] bulk;
    private final @Nullable AttachedProgram program;

    private final XdpFrame[] batch = new XdpFrame[CpuMapBulkQueue.BULK];
    private final int[] fromWorker = new int[CpuMapBulkQueue.BULK];
    private boolean slept = true;

    // Of the target worker, by the worker that redirected the frame; apart from what that reads.
    private final PaddedCounters[] counters;

    CpuMapEntry(
            Datapath datapath, int mapId, int cpu, int qsize, @Nullable AttachedProgram program) {
        this.datapath = datapath;
        this.mapId = mapId;
        this.target = datapath.workers().get(cpu);
        this.ring = new PtrRing(qsize);
        this.napi = target.register(this, "cpumap/" + cpu + "/map:" + mapId);
        this.program = program;
        int workers = datapath.workers().size();
        this.counters = new PaddedCounters[workers];
        Arrays.setAll(counters, from -> new PaddedCounters(COUNTERS));
        this.bulk = new CpuMapBulkQueue[workers];
        for (int i = 0; i < bulk.length; i++) {
            bulk[i] = new CpuMapBulkQueue(datapath.workers().get(i), this);
        }
    }

    /// Target CPU.
    public int cpu() {
        return target.index();
    }

    int mapId() {
        return mapId;
    }

    /// Ring size.
    public int qsize() {
        return ring.capacity();
    }

    @Override
    public int ifindex() {
        return 0;
    }

    @HotPath
    @Override
    public int redirect(XdpFrame frame, XdpRxqInfo ingress, int cpu) {
        if (program != null && !program.hasFrags() && frame.isGso()) {
            return redirectSegments(frame, ingress, cpu);
        }
        if (frame.isSkb()) {
            return bulk[cpu].enqueueSkb(frame);
        }
        bulk[cpu].enqueue(frame);
        return 0;
    }

    /// A GSO frame for a program that wants frames within the MTU goes in segments.
    private int redirectSegments(XdpFrame frame, XdpRxqInfo ingress, int cpu) {
        Worker worker = datapath.workers().get(cpu);
        boolean skb = frame.isSkb();
        XdpFrame[] segments = worker.segments();
        int count = SoftwareOffload.segment(frame, worker.frames(), segments);
        if (count == 0) {
            return -Redirector.EOPNOTSUPP;
        }
        worker.ledger().entered(count - 1);
        for (int i = 0; i < count; i++) {
            segments[i].receivedBy(ingress);
            segments[i].setSkb(skb);
            if (!skb) {
                bulk[cpu].enqueue(segments[i]);
            } else if (bulk[cpu].enqueueSkb(segments[i]) != 0) {
                worker.drop(segments[i], DropReason.CPUMAP_RING_FULL, ingress.ifindex());
            }
        }
        return 0;
    }

    @HotPath
    int produce(XdpFrame[] frames, int count) {
        return ring.produce(frames, count);
    }

    @HotPath
    boolean produce(XdpFrame frame) {
        return ring.produce(frame);
    }

    @HotPath
    void wake() {
        napi.schedule();
    }

    @Override
    public boolean hasWork() {
        return !ring.isEmpty();
    }

    @HotPath
    @Override
    public int poll(int budget) {
        int done = 0;
        int taken;
        do {
            taken = pollBatch(Math.min(CpuMapBulkQueue.BULK, budget - done));
            done += taken;
        } while (taken == CpuMapBulkQueue.BULK && done < budget);
        if (done < budget) {
            slept = true;
        }
        return done;
    }

    @HotPath
    private int pollBatch(int limit) {
        XdpFrame[] frames = batch;
        int taken = ring.consume(frames, limit);
        if (taken == 0) {
            return 0;
        }
        // The frames' cache lines are the other worker's. Reading them all before the first is
        // worked on lets the misses overlap.
        for (int i = 0; i < taken; i++) {
            fromWorker[i] = ingress(frames[i]).worker().index();
        }
        if (slept) {
            counters[fromWorker[0]].add(SCHED, 1);
        }
        int passed = 0;
        int dropped = 0;
        int redirected = 0;
        for (int i = 0; i < taken; i++) {
            XdpFrame frame = frames[i];
            int from = fromWorker[i];
            switch (runProgram(frame)) {
                case XdpAction.XDP_PASS -> {
                    passed++;
                    counters[from].add(PASS, 1);
                    deliver(frame);
                }
                case XdpAction.XDP_REDIRECT -> {
                    redirected++;
                    counters[from].add(REDIRECT, 1);
                }
                default -> {
                    dropped++;
                    counters[from].add(DROP, 1);
                }
            }
        }
        count(taken, passed, dropped, redirected);
        return taken;
    }

    @HotPath
    private void count(int taken, int passed, int dropped, int redirected) {
        boolean sleptBefore = slept;
        if (sleptBefore) {
            slept = false; // not each time: the senders read this object for each frame
        }
        TraceListener trace = target.trace(Tracepoint.XDP_CPUMAP_KTHREAD);
        if (trace != null) {
            trace.xdpCpumapKthread(
                    cpu(), mapId, taken, 0, sleptBefore, passed, dropped, redirected);
        }
    }

    /// Runs the entry's program. PASS leaves the frame with the caller, everything else has taken
    /// it; any error comes out as DROP.
    @HotPath
    private int runProgram(XdpFrame frame) {
        AttachedProgram second = program;
        if (second == null) {
            return XdpAction.XDP_PASS;
        }
        RxQueue ingress = ingress(frame);
        if (frame.hasFrags() && !second.hasFrags()) {
            target.drop(frame, DropReason.RX_FRAGS_UNSUPPORTED, ingress.ifindex());
            return XdpAction.XDP_DROP;
        }
        XdpBuff xdp = target.xdp();
        xdp.load(frame, ingress, 0);
        xdp.hideQueue();
        int action = second.run(xdp, ingress.device());
        if (action == XdpAction.XDP_PASS) {
            return XdpAction.XDP_PASS;
        }
        if (action == XdpAction.XDP_REDIRECT) {
            return redirect(frame, ingress, second.id());
        }
        if (frame.isSkb() && action != XdpAction.XDP_DROP) {
            traceException(second.id(), action, ingress.ifindex());
        }
        DropReason reason = action == XdpAction.XDP_DROP ? xdp.dropReason() : null;
        target.drop(frame, reason == null ? DropReason.CPUMAP_PROGRAM : reason, ingress.ifindex());
        return XdpAction.XDP_DROP;
    }

    /// Only what comes from generic XDP leaves a trace here.
    @HotPath
    private void traceException(int progId, int action, int ifindex) {
        TraceListener trace = target.trace(Tracepoint.XDP_EXCEPTION);
        if (trace != null) {
            trace.xdpException(progId, action, ifindex);
        }
    }

    @HotPath
    private int redirect(XdpFrame frame, RxQueue ingress, int progId) {
        if (datapath.redirector().redirect(target, frame, ingress, progId) == 0) {
            return XdpAction.XDP_REDIRECT;
        }
        target.drop(frame, DropReason.CPUMAP_REDIRECT_ERROR, ingress.ifindex());
        return XdpAction.XDP_DROP;
    }

    @HotPath
    private void deliver(XdpFrame frame) {
        NetDevice device = ingress(frame).device();
        if (frame.isSkb()) {
            device.toHost(target, frame); // the generic program sent it here
        } else {
            device.deliver(target, frame);
        }
    }

    private static RxQueue ingress(XdpFrame frame) {
        if (frame.rxq() instanceof RxQueue queue) {
            return queue;
        }
        throw new IllegalStateException("redirected frame without an ingress queue");
    }

    /// Counters so far, for each worker that has sent frames here. Thread: any.
    public List<CpuMapStats> stats() {
        List<CpuMapStats> stats = new ArrayList<>();
        for (int from = 0; from < bulk.length; from++) {
            if (bulk[from].processed() != 0) {
                stats.add(
                        new CpuMapStats(
                                from,
                                cpu(),
                                bulk[from].processed(),
                                bulk[from].drops(),
                                counters[from].get(SCHED),
                                counters[from].get(PASS),
                                counters[from].get(DROP),
                                counters[from].get(REDIRECT)));
            }
        }
        return stats;
    }

    @Override
    public String toString() {
        return "cpumap entry " + cpu() + " " + ring;
    }
}
