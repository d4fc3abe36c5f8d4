package io.xdp4j.tools;

import io.xdp4j.core.redirect.CpuMapStats;
import io.xdp4j.core.trace.Ledger;
import java.io.StringWriter;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// Writes snapshots as the command-line contract has them, one object a line.
final class SnapshotJson {
    private static final JsonFactory FACTORY = new JsonFactory();

    private SnapshotJson() {}

    /// A `stats` or `summary` event.
    static String line(String event, Snapshot snapshot) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            json.writeStringProperty("event", event);
            json.writeNumberProperty("duration_ns", snapshot.nanos());
            json.writeArrayPropertyStart("devices");
            snapshot.devices().forEach(device -> device(json, device));
            json.writeEndArray();
            json.writeArrayPropertyStart("workers");
            snapshot.workers().forEach(worker -> worker(json, worker));
            json.writeEndArray();
            json.writeArrayPropertyStart("cpumap");
            snapshot.cpumap().forEach(row -> cpumap(json, row));
            json.writeEndArray();
            json.writeObjectPropertyStart("drops");
            snapshot.ledger()
                    .drops()
                    .forEach((reason, count) -> json.writeNumberProperty(reason.name(), count));
            json.writeEndObject();
            ledger(json, snapshot.ledger());
            json.writeEndObject();
        }
        return text.toString();
    }

    private static void device(JsonGenerator json, Snapshot.Device device) {
        json.writeStartObject();
        json.writeStringProperty("name", device.name());
        json.writeNumberProperty("ifindex", device.ifindex());
        json.writeStringProperty("transport", device.transport());
        json.writeBooleanProperty("up", device.up());
        json.writeNumberProperty("rx_packets", device.link().rxPackets());
        json.writeNumberProperty("rx_bytes", device.link().rxBytes());
        json.writeNumberProperty("tx_packets", device.link().txPackets());
        json.writeNumberProperty("tx_bytes", device.link().txBytes());
        json.writeNumberProperty("rx_dropped", device.link().rxDropped());
        json.writeNumberProperty("tx_dropped", device.link().txDropped());
        json.writeArrayPropertyStart("queues");
        device.queues().forEach(queue -> queue(json, queue));
        json.writeEndArray();
        if (!device.program().isEmpty()) {
            json.writeObjectPropertyStart("xdp");
            json.writeStringProperty("program", device.program());
            json.writeNumberProperty("pass", device.pass());
            json.writeNumberProperty("drop", device.drop());
            json.writeNumberProperty("tx", device.tx());
            json.writeNumberProperty("redirect", device.redirect());
            json.writeNumberProperty("aborted", device.aborted());
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    private static void queue(JsonGenerator json, Snapshot.Queue queue) {
        json.writeStartObject();
        json.writeNumberProperty("queue", queue.queue());
        json.writeNumberProperty("worker", queue.worker());
        json.writeNumberProperty("rx_packets", queue.packets());
        json.writeNumberProperty("rx_bytes", queue.bytes());
        json.writeNumberProperty("rx_dropped", queue.drops());
        json.writeNumberProperty("pass", queue.pass());
        json.writeNumberProperty("drop", queue.drop());
        json.writeNumberProperty("tx", queue.tx());
        json.writeNumberProperty("redirect", queue.redirect());
        json.writeNumberProperty("aborted", queue.aborted());
        json.writeEndObject();
    }

    private static void worker(JsonGenerator json, Snapshot.CpuWorker worker) {
        json.writeStartObject();
        json.writeNumberProperty("worker", worker.worker());
        json.writeNumberProperty("packets", worker.packets());
        json.writeNumberProperty("busy_ns", worker.busyNanos());
        json.writeEndObject();
    }

    private static void cpumap(JsonGenerator json, Snapshot.CpuMapRow row) {
        CpuMapStats stats = row.stats();
        json.writeStartObject();
        json.writeStringProperty("map", row.map());
        json.writeNumberProperty("from", stats.from());
        json.writeNumberProperty("to", stats.to());
        json.writeNumberProperty("processed", stats.processed());
        json.writeNumberProperty("drops", stats.drops());
        json.writeNumberProperty("sched", stats.sched());
        json.writeNumberProperty("pass", stats.pass());
        json.writeNumberProperty("drop", stats.drop());
        json.writeNumberProperty("redirect", stats.redirect());
        json.writeEndObject();
    }

    private static void ledger(JsonGenerator json, Ledger ledger) {
        json.writeObjectPropertyStart("ledger");
        json.writeNumberProperty("in", ledger.in());
        json.writeNumberProperty("out", ledger.out());
        json.writeNumberProperty("dropped", ledger.dropped());
        json.writeNumberProperty("in_flight", ledger.inFlight());
        json.writeNumberProperty("pool_free", ledger.poolFree());
        json.writeNumberProperty("pool_size", ledger.poolSize());
        json.writeBooleanProperty("balanced", ledger.balanced());
        json.writeEndObject();
    }
}
