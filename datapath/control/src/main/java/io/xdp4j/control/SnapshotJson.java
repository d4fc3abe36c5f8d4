package io.xdp4j.control;

import io.xdp4j.control.json.Json;
import io.xdp4j.core.device.LinkStats;
import io.xdp4j.core.redirect.CpuMapStats;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.core.trace.Ledger;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;

/// Snapshots as JSON: the form of the command-line contract.
public final class SnapshotJson {
    private SnapshotJson() {}

    /// The properties of a `stats` or `summary` event besides its name.
    public static Map<String, Object> properties(Snapshot snapshot) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("duration_ns", snapshot.nanos());
        json.put("devices", snapshot.devices().stream().map(SnapshotJson::device).toList());
        json.put("workers", snapshot.workers().stream().map(SnapshotJson::worker).toList());
        json.put("cpumap", snapshot.cpumap().stream().map(SnapshotJson::cpumap).toList());
        Map<String, Object> drops = new LinkedHashMap<>();
        snapshot.ledger().drops().forEach((reason, count) -> drops.put(reason.name(), count));
        json.put("drops", drops);
        json.put("ledger", ledger(snapshot.ledger()));
        return json;
    }

    private static Map<String, Object> device(Snapshot.Device device) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", device.name());
        json.put("ifindex", device.ifindex());
        json.put("transport", device.transport());
        json.put("up", device.up());
        json.put("rx_packets", device.link().rxPackets());
        json.put("rx_bytes", device.link().rxBytes());
        json.put("tx_packets", device.link().txPackets());
        json.put("tx_bytes", device.link().txBytes());
        json.put("rx_dropped", device.link().rxDropped());
        json.put("tx_dropped", device.link().txDropped());
        json.put("queues", device.queues().stream().map(SnapshotJson::queue).toList());
        if (!device.program().isEmpty()) {
            Map<String, Object> xdp = new LinkedHashMap<>();
            xdp.put("program", device.program());
            xdp.put("pass", device.pass());
            xdp.put("drop", device.drop());
            xdp.put("tx", device.tx());
            xdp.put("redirect", device.redirect());
            xdp.put("aborted", device.aborted());
            json.put("xdp", xdp);
        }
        return json;
    }

    private static Map<String, Object> queue(Snapshot.Queue queue) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("queue", queue.queue());
        json.put("worker", queue.worker());
        json.put("rx_packets", queue.packets());
        json.put("rx_bytes", queue.bytes());
        json.put("rx_dropped", queue.drops());
        json.put("pass", queue.pass());
        json.put("drop", queue.drop());
        json.put("tx", queue.tx());
        json.put("redirect", queue.redirect());
        json.put("aborted", queue.aborted());
        return json;
    }

    private static Map<String, Object> worker(Snapshot.CpuWorker worker) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("worker", worker.worker());
        json.put("packets", worker.packets());
        json.put("busy_ns", worker.busyNanos());
        return json;
    }

    private static Map<String, Object> cpumap(Snapshot.CpuMapRow row) {
        CpuMapStats stats = row.stats();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("map", row.map());
        json.put("from", stats.from());
        json.put("to", stats.to());
        json.put("processed", stats.processed());
        json.put("drops", stats.drops());
        json.put("sched", stats.sched());
        json.put("pass", stats.pass());
        json.put("drop", stats.drop());
        json.put("redirect", stats.redirect());
        return json;
    }

    private static Map<String, Object> ledger(Ledger ledger) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("in", ledger.in());
        json.put("out", ledger.out());
        json.put("passed", ledger.passed());
        json.put("transmitted", ledger.transmitted());
        json.put("dropped", ledger.dropped());
        json.put("in_flight", ledger.inFlight());
        json.put("pool_free", ledger.poolFree());
        json.put("pool_size", ledger.poolSize());
        json.put("balanced", ledger.balanced());
        return json;
    }

    // ---- reading

    static Snapshot parse(Json json) {
        return new Snapshot(
                count(json, "duration_ns"),
                json.at("devices").list().stream().map(SnapshotJson::parseDevice).toList(),
                json.at("workers").list().stream()
                        .map(w ->
                                new Snapshot.CpuWorker(
                                        number(w, "worker"),
                                        count(w, "packets"),
                                        count(w, "busy_ns")))
                        .toList(),
                json.at("cpumap").list().stream().map(SnapshotJson::parseCpuMap).toList(),
                parseLedger(json.at("ledger"), json.at("drops")));
    }

    private static Snapshot.Device parseDevice(Json json) {
        return new Snapshot.Device(
                json.at("name").text(),
                number(json, "ifindex"),
                json.at("transport").text(),
                json.at("up").flag(false),
                new LinkStats(
                        count(json, "rx_packets"),
                        count(json, "rx_bytes"),
                        count(json, "tx_packets"),
                        count(json, "tx_bytes"),
                        count(json, "rx_dropped"),
                        count(json, "tx_dropped")),
                json.at("queues").list().stream().map(SnapshotJson::parseQueue).toList(),
                json.at("xdp").at("program").text(""));
    }

    private static Snapshot.Queue parseQueue(Json json) {
        return new Snapshot.Queue(
                number(json, "queue"),
                number(json, "worker"),
                count(json, "rx_packets"),
                count(json, "rx_bytes"),
                count(json, "rx_dropped"),
                count(json, "pass"),
                count(json, "drop"),
                count(json, "tx"),
                count(json, "redirect"),
                count(json, "aborted"));
    }

    private static Snapshot.CpuMapRow parseCpuMap(Json json) {
        return new Snapshot.CpuMapRow(
                json.at("map").text(),
                new CpuMapStats(
                        number(json, "from"),
                        number(json, "to"),
                        count(json, "processed"),
                        count(json, "drops"),
                        count(json, "sched"),
                        count(json, "pass"),
                        count(json, "drop"),
                        count(json, "redirect")));
    }

    private static Ledger parseLedger(Json json, Json drops) {
        Map<DropReason, Long> reasons = new EnumMap<>(DropReason.class);
        for (DropReason reason : DropReason.values()) {
            if (drops.at(reason.name()).isPresent()) {
                reasons.put(reason, count(drops, reason.name()));
            }
        }
        return new Ledger(
                count(json, "in"),
                count(json, "passed"),
                count(json, "transmitted"),
                reasons,
                number(json, "pool_free"),
                number(json, "pool_size"));
    }

    private static int number(Json json, String name) {
        return (int) json.at(name).number(0, Integer.MAX_VALUE);
    }

    private static long count(Json json, String name) {
        return json.at(name).number(Long.MIN_VALUE, Long.MAX_VALUE);
    }
}
