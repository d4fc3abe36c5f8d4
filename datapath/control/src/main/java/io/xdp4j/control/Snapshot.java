package io.xdp4j.control;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.LinkStats;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.device.RxQueue;
import io.xdp4j.core.napi.Worker;
import io.xdp4j.core.redirect.CpuMap;
import io.xdp4j.core.redirect.CpuMapEntry;
import io.xdp4j.core.redirect.CpuMapStats;
import io.xdp4j.core.trace.Ledger;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// All counters of a datapath at one moment.
///
/// Thread: any; immutable.
///
/// @param nanos time since the start
public record Snapshot(
        long nanos,
        List<Device> devices,
        List<CpuWorker> workers,
        List<CpuMapRow> cpumap,
        Ledger ledger) {
    public Snapshot {
        devices = List.copyOf(devices);
        workers = List.copyOf(workers);
        cpumap = List.copyOf(cpumap);
    }

    /// One device.
    ///
    /// @param program name of the attached program, several joined by commas, empty for none
    public record Device(
            String name,
            int ifindex,
            String transport,
            boolean up,
            LinkStats link,
            List<Queue> queues,
            String program) {
        public Device {
            queues = List.copyOf(queues);
        }

        public long pass() {
            return queues.stream().mapToLong(Queue::pass).sum();
        }

        public long drop() {
            return queues.stream().mapToLong(Queue::drop).sum();
        }

        public long tx() {
            return queues.stream().mapToLong(Queue::tx).sum();
        }

        public long redirect() {
            return queues.stream().mapToLong(Queue::redirect).sum();
        }

        public long aborted() {
            return queues.stream().mapToLong(Queue::aborted).sum();
        }
    }

    /// One receive queue.
    public record Queue(
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
    public record CpuWorker(int worker, long packets, long busyNanos) {}

    /// One worker's frames for one cpumap entry.
    public record CpuMapRow(String map, CpuMapStats stats) {}

    /// The counters now, with a ledger taken before.
    public static Snapshot of(
            Datapath datapath, List<CpuMap> cpuMaps, long startNanos, Ledger ledger) {
        List<CpuMapRow> cpumap = new ArrayList<>();
        for (CpuMap map : cpuMaps) {
            for (CpuMapEntry entry : map.all()) {
                entry.stats().forEach(stats -> cpumap.add(new CpuMapRow(map.name(), stats)));
            }
        }
        return new Snapshot(
                System.nanoTime() - startNanos,
                datapath.devices().stream().map(Snapshot::device).toList(),
                datapath.workers().all().stream().map(Snapshot::worker).toList(),
                cpumap,
                ledger);
    }

    private static Device device(NetDevice device) {
        return new Device(
                device.name(),
                device.ifindex(),
                device.transport(),
                device.isUp() && device.hasCarrier(),
                device.linkStats(),
                device.rxQueues().stream().map(Snapshot::queue).toList(),
                programName(device));
    }

    private static String programName(NetDevice device) {
        return device.xdp().chain().stream()
                .map(member -> member.program().name())
                .collect(Collectors.joining(","));
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
