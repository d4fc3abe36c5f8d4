package io.xdp4j.tools;

import io.xdp4j.control.Snapshot;
import io.xdp4j.core.redirect.CpuMapStats;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.core.trace.Ledger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Lays snapshots out for people: rates between two of them, or totals since the start.
final class SnapshotTable {
    private final Snapshot before;
    private final Snapshot now;
    private final double seconds;
    private final String per;
    private final List<String> lines = new ArrayList<>();

    private SnapshotTable(Snapshot before, Snapshot now, boolean rates) {
        this.before = before;
        this.now = now;
        this.seconds = rates ? Math.max(1e-9, (now.nanos() - before.nanos()) / 1e9) : 1;
        this.per = rates ? "/s" : "";
    }

    /// Rates between two moments.
    static List<String> rates(Snapshot before, Snapshot now) {
        return new SnapshotTable(before, now, true).build();
    }

    /// Totals between two moments, the first usually the start.
    static List<String> totals(Snapshot start, Snapshot end) {
        return new SnapshotTable(start, end, false).build();
    }

    /// One line for a terminal that cannot update in place.
    static String oneLine(Snapshot before, Snapshot now) {
        double seconds = Math.max(1e-9, (now.nanos() - before.nanos()) / 1e9);
        Ledger old = before.ledger();
        Ledger ledger = now.ledger();
        return String.format(
                Locale.ROOT,
                "%7.1fs  in/s %,d  out/s %,d  drop/s %,d  in-flight %,d",
                now.nanos() / 1e9,
                Math.round((ledger.in() - old.in()) / seconds),
                Math.round((ledger.out() - old.out()) / seconds),
                Math.round((ledger.dropped() - old.dropped()) / seconds),
                ledger.inFlight());
    }

    private List<String> build() {
        Ledger ledger = now.ledger();
        add(
                "xdp4j %.1fs   in %,d   out %,d   dropped %,d   in flight %,d   pool %,d/%,d free",
                now.nanos() / 1e9,
                ledger.in(),
                ledger.out(),
                ledger.dropped(),
                ledger.inFlight(),
                ledger.poolFree(),
                ledger.poolSize());
        devices();
        cpumap();
        workers();
        drops();
        return lines;
    }

    private void devices() {
        add("");
        add(
                "%-15s %5s %3s %13s %13s %13s %13s %13s %13s",
                "DEVICE",
                "queue",
                "cpu",
                "rx" + per,
                "tx" + per,
                "pass" + per,
                "drop" + per,
                "XDP_TX" + per,
                "redirect" + per);
        for (int i = 0; i < now.devices().size(); i++) {
            Snapshot.Device device = now.devices().get(i);
            Snapshot.Device old = i < before.devices().size() ? before.devices().get(i) : device;
            add(
                    "%-15s %5s %3s %13s %13s %13s %13s %13s %13s  %s",
                    device.name(),
                    device.up() ? "" : "down",
                    "",
                    rate(old.link().rxPackets(), device.link().rxPackets()),
                    rate(old.link().txPackets(), device.link().txPackets()),
                    rate(old.pass(), device.pass()),
                    rate(dropsOf(old), dropsOf(device)),
                    rate(old.tx(), device.tx()),
                    rate(old.redirect(), device.redirect()),
                    device.program());
            if (device.queues().size() > 1) {
                queues(old, device);
            }
        }
    }

    private void queues(Snapshot.Device old, Snapshot.Device device) {
        for (int q = 0; q < device.queues().size(); q++) {
            Snapshot.Queue queue = device.queues().get(q);
            Snapshot.Queue was = old.queues().get(q);
            add(
                    "%-15s %5d %3d %13s %13s %13s %13s %13s %13s",
                    "",
                    queue.queue(),
                    queue.worker(),
                    rate(was.packets(), queue.packets()),
                    "",
                    rate(was.pass(), queue.pass()),
                    rate(dropsOf(was), dropsOf(queue)),
                    rate(was.tx(), queue.tx()),
                    rate(was.redirect(), queue.redirect()));
        }
    }

    private static long dropsOf(Snapshot.Device device) {
        return device.link().rxDropped()
                + device.link().txDropped()
                + device.drop()
                + device.aborted();
    }

    private static long dropsOf(Snapshot.Queue queue) {
        return queue.drops() + queue.drop() + queue.aborted();
    }

    private void cpumap() {
        if (now.cpumap().isEmpty()) {
            return;
        }
        add("");
        add(
                "%-15s %9s %13s %13s %13s %13s",
                "CPUMAP", "cpu:to", "enqueue" + per, "drop" + per, "pass" + per, "sched" + per);
        for (Snapshot.CpuMapRow row : now.cpumap()) {
            CpuMapStats stats = row.stats();
            CpuMapStats old = earlier(row);
            add(
                    "%-15s %9s %13s %13s %13s %13s",
                    row.map(),
                    stats.from() + ":" + stats.to(),
                    rate(old.processed(), stats.processed()),
                    rate(old.drops() + old.drop(), stats.drops() + stats.drop()),
                    rate(old.pass(), stats.pass()),
                    rate(old.sched(), stats.sched()));
        }
    }

    private CpuMapStats earlier(Snapshot.CpuMapRow row) {
        CpuMapStats stats = row.stats();
        return before.cpumap().stream()
                .filter(old ->
                        old.map().equals(row.map())
                                && old.stats().from() == stats.from()
                                && old.stats().to() == stats.to())
                .findFirst()
                .map(Snapshot.CpuMapRow::stats)
                .orElse(new CpuMapStats(stats.from(), stats.to(), 0, 0, 0, 0, 0, 0));
    }

    private void workers() {
        add("");
        add("%-15s %13s %6s", "WORKER", "frames" + per, "busy");
        double elapsed = Math.max(1, now.nanos() - before.nanos());
        for (int i = 0; i < now.workers().size(); i++) {
            Snapshot.CpuWorker worker = now.workers().get(i);
            Snapshot.CpuWorker old = before.workers().get(i);
            add(
                    "%-15d %13s %5.0f%%",
                    worker.worker(),
                    rate(old.packets(), worker.packets()),
                    (worker.busyNanos() - old.busyNanos()) * 100 / elapsed);
        }
    }

    private void drops() {
        if (now.ledger().drops().isEmpty()) {
            return;
        }
        add("");
        add("%-28s %13s", "DROPPED", "frames" + per);
        for (DropReason reason : now.ledger().drops().keySet()) {
            add(
                    "%-28s %13s  %s",
                    reason.name(),
                    rate(before.ledger().dropped(reason), now.ledger().dropped(reason)),
                    reason.meaning());
        }
    }

    private String rate(long old, long current) {
        return String.format(Locale.ROOT, "%,d", Math.round((current - old) / seconds));
    }

    @SuppressWarnings("AnnotateFormatMethod") // its annotation is not on our class path
    private void add(String format, Object... values) {
        lines.add(String.format(Locale.ROOT, format, values).stripTrailing());
    }
}
