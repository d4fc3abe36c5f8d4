package io.xdp4j.core.redirect;

import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.napi.FlushPhase;
import io.xdp4j.core.napi.Flushable;
import io.xdp4j.core.napi.Worker;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.core.trace.TraceListener;
import io.xdp4j.core.trace.Tracepoint;
import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.HotPath;

/// Frames of one worker for one cpumap entry: eight at a time into the entry's ring.
///
/// A full bulk goes into the ring without waking the target; the flush at the end of the poll wakes
/// it.
///
/// Thread: its worker.
/// Owns: each frame from [#enqueue] until it is in the ring.
/// Fails: frames that the full ring refuses are dropped as `CPUMAP_RING_FULL`.
/// Kernel: `struct xdp_bulk_queue`, `bq_enqueue`, `bq_flush_to_queue`, kernel/bpf/cpumap.c.
@HotPath
final class CpuMapBulkQueue implements Flushable {
    /// `CPU_MAP_BULK_SIZE`.
    static final int BULK = 8;

    private final Worker worker;
    private final CpuMapEntry entry;
    private final XdpFrame[] queue = new XdpFrame[BULK];
    private int count;
    private boolean listed;

    private long processed;
    private long drops;

    CpuMapBulkQueue(Worker worker, CpuMapEntry entry) {
        this.worker = worker;
        this.entry = entry;
    }

    void enqueue(XdpFrame frame) {
        if (count == BULK) {
            toRing();
        }
        if (!listed) {
            listed = true;
            worker.flushLater(FlushPhase.CPUMAP, this);
        }
        queue[count++] = frame;
    }

    /// A frame from generic XDP goes into the ring by itself and wakes the target: 0 or `-ENOSPC`.
    ///
    /// Owns: on an error the caller keeps the frame.
    /// Kernel: `cpu_map_generic_redirect`.
    int enqueueSkb(XdpFrame frame) {
        boolean accepted = entry.produce(frame);
        count(1, accepted ? 0 : 1);
        if (!accepted) {
            return -Errno.ENOSPC;
        }
        entry.wake();
        return 0;
    }

    @Override
    public void flush() {
        listed = false;
        toRing();
        entry.wake();
    }

    private void toRing() {
        int queued = count;
        count = 0;
        int accepted = entry.produce(queue, queued);
        for (int i = accepted; i < queued; i++) {
            worker.drop(queue[i], DropReason.CPUMAP_RING_FULL, 0);
        }
        count(queued, queued - accepted);
    }

    private void count(int queued, int refused) {
        processed += queued;
        drops += refused;
        TraceListener trace = worker.trace(Tracepoint.XDP_CPUMAP_ENQUEUE);
        if (trace != null) {
            trace.xdpCpumapEnqueue(worker.index(), entry.mapId(), queued, refused, entry.cpu());
        }
    }

    /// Frames handed to the ring so far, refused ones included.
    long processed() {
        return processed;
    }

    long drops() {
        return drops;
    }
}
