package io.xdp4j.tools;

import io.xdp4j.config.assembly.RunningDatapath;
import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.LinkStats;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.device.RxQueue;
import io.xdp4j.core.napi.Worker;
import io.xdp4j.core.redirect.CpuMapEntry;
import io.xdp4j.core.redirect.CpuMapStats;
import io.xdp4j.core.trace.Ledger;
import java.util.ArrayList;
import java.util.List;

/// All counters of a datapath at one moment.
///
/// @param nanos time since the start
record Snapshot(
        long nanos,
        List<Device> devices,
        List<CpuWorker> workers,
        List<CpuMapRow> cpumap,
        Ledger ledger) {

    /// One device.
    ///
    /// @param program name of the attached program, empty for none
    record Device(
            String name,
            int ifindex,
            String transport,
            boolean up,
            LinkStats link,
            List<Queue> queues,
            String program) {
        long pass() {
            return queues.stream().mapToLong(Queue::pass).sum();
        }

        long drop() {
            return queues.stream().mapToLong(Queue::drop).sum();
        }

        long tx() {
            return queues.stream().mapToLong(Queue::tx).sum();
        }

        long redirect() {
            return queues.stream().mapToLong(Queue::redirect).sum();
        }

        long aborted() {
            return queues.stream().mapToLong(Queue::aborted).sum();
        }
    }

    /// One receive queue.
    record Queue(
            int queue,
            int worker,
            long packets,
            long bytes,
            long drops,
            long pass,
            long drop,
            long tx,
            long redirect,
            long aborted) {}

    /// One worker.
    record CpuWorker(int worker, long packets, long busyNanos) {}

    /// One worker's frames for one cpumap entry.
    record CpuMapRow(String map, CpuMapStats stats) {}

    /// The counters now.
    static Snapshot of(RunningDatapath running, long startNanos) {
        return of(running, startNanos, running.datapath().ledger());
    }

    /// The counters now, with a ledger taken before.
    static Snapshot of(RunningDatapath running, long startNanos, Ledger ledger) {
        Datapath datapath = running.datapath();
        List<CpuMapRow> cpumap = new ArrayList<>();
        running.cpuMaps()
                .forEach(map -> {
                    for (CpuMapEntry entry : map.all()) {
                        entry.stats().forEach(s -> cpumap.add(new CpuMapRow(map.name(), s)));
                    }
                });
        return new Snapshot(
                System.nanoTime() - startNanos,
                datapath.devices().stream().map(Snapshot::device).toList(),
                datapath.workers().all().stream().map(Snapshot::worker).toList(),
                cpumap,
                ledger);
    }

    private static Device device(NetDevice device) {
        var program = device.attached();
        return new Device(
                device.name(),
                device.ifindex(),
                device.transport(),
                device.isUp() && device.hasCarrier(),
                device.linkStats(),
                device.rxQueues().stream().map(Snapshot::queue).toList(),
                program == null ? "" : program.program().name());
    }

    private static Queue queue(RxQueue queue) {
        return new Queue(
                queue.queueIndex(),
                queue.worker().index(),
                queue.packets(),
                queue.bytes(),
                queue.drops(),
                queue.xdpPass(),
                queue.xdpDrop(),
                queue.xdpTx(),
                queue.xdpRedirect(),
                queue.xdpAborted());
    }

    private static CpuWorker worker(Worker worker) {
        return new CpuWorker(worker.index(), worker.polledFrames(), worker.busyNanos());
    }
}
