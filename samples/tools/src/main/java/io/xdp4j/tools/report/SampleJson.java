package io.xdp4j.tools.report;

import io.xdp4j.control.Snapshot;
import io.xdp4j.control.SnapshotJson;
import io.xdp4j.control.json.JsonText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// The common output as JSON: counts since the start, one object a line.
final class SampleJson {
    private final SampleSetup setup;
    private final IntFunction<String> deviceName;
    private final SampleMoment counts;

    private SampleJson(SampleSetup setup, IntFunction<String> deviceName, SampleMoment counts) {
        this.setup = setup;
        this.deviceName = deviceName;
        this.counts = counts;
    }

    /// A line for each report.
    static String stats(
            SampleSetup setup,
            IntFunction<String> deviceName,
            SampleMoment first,
            SampleMoment now) {
        return JsonText.of(line("stats", setup, deviceName, first, now));
    }

    /// The last line.
    ///
    /// @param datapath the counters of a datapath of the tool's own after its drain, or null
    static String summary(
            SampleSetup setup,
            IntFunction<String> deviceName,
            SampleMoment first,
            SampleMoment last,
            @Nullable Snapshot datapath) {
        Map<String, Object> line = line("summary", setup, deviceName, first, last);
        if (datapath != null) {
            line.putAll(SnapshotJson.properties(datapath));
        }
        return JsonText.of(line);
    }

    private static Map<String, Object> line(
            String event,
            SampleSetup setup,
            IntFunction<String> deviceName,
            SampleMoment first,
            SampleMoment now) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("event", event);
        line.put("duration_ns", Math.round(now.secondsSince(first) * 1e9));
        line.put("sample", new SampleJson(setup, deviceName, now.since(first)).object());
        return line;
    }

    private Map<String, Object> object() {
        Map<String, Object> json = new LinkedHashMap<>();
        for (SampleKind kind : setup.shown().stream().sorted().toList()) {
            switch (kind) {
                case RX -> json.put("rx", rows(counts.rx(), SampleJson::received));
                case REDIRECT -> json.put("redirect", counts.redirect(0).total().processed());
                case REDIRECT_ERR -> json.put("redirect_err", redirectErrors());
                case CPUMAP_ENQUEUE -> json.put("cpumap_enqueue", enqueues());
                case CPUMAP_KTHREAD ->
                        json.put("cpumap_kthread", rows(counts.kthread(), SampleJson::scheduled));
                case EXCEPTION -> json.put("exception", exceptions());
                case DROP_OK -> {}
                case DEVMAP_XMIT, DEVMAP_XMIT_MULTI -> json.put("devmap_xmit", xmits());
            }
        }
        return json;
    }

    /// Adds the columns of a row.
    private interface Columns {
        void put(Map<String, Object> row, Counts counts);
    }

    private static List<Object> rows(PerCpu counts, Columns columns) {
        List<Object> rows = new ArrayList<>();
        for (int cpu = 0; cpu < counts.size(); cpu++) {
            if (counts.cpu(cpu).isBusy()) {
                Map<String, Object> row = new LinkedHashMap<>();
                row.put("cpu", cpu);
                columns.put(row, counts.cpu(cpu));
                rows.add(row);
            }
        }
        return rows;
    }

    private static void received(Map<String, Object> row, Counts counts) {
        row.put("packets", counts.processed());
        row.put("drops", counts.dropped());
        row.put("errors", counts.issue());
    }

    private static void scheduled(Map<String, Object> row, Counts counts) {
        row.put("processed", counts.processed());
        row.put("drops", counts.dropped());
        row.put("sched", counts.issue());
        row.put("pass", counts.info());
        row.put("drop", counts.xdpDrop());
        row.put("redirect", counts.xdpRedirect());
    }

    private Map<String, Object> redirectErrors() {
        Map<String, Object> errors = new LinkedHashMap<>();
        for (int i = 1; i < RedirectErrors.NAMES.size(); i++) {
            long count = counts.redirect(i).total().dropped();
            if (count != 0) {
                errors.put(RedirectErrors.NAMES.get(i), count);
            }
        }
        return errors;
    }

    private Map<String, Object> exceptions() {
        Map<String, Object> exceptions = new LinkedHashMap<>();
        for (int action = 0; action < SampleMoment.ACTIONS.size(); action++) {
            long count = counts.exception(action).total().dropped();
            if (count != 0) {
                exceptions.put(SampleMoment.ACTIONS.get(action), count);
            }
        }
        return exceptions;
    }

    private List<Object> enqueues() {
        List<Object> rows = new ArrayList<>();
        for (int to = 0; to < counts.cpus(); to++) {
            PerCpu from = counts.enqueue(to);
            for (int cpu = 0; cpu < from.size(); cpu++) {
                if (from.cpu(cpu).isBusy()) {
                    Map<String, Object> row = new LinkedHashMap<>();
                    row.put("from", cpu);
                    row.put("to", to);
                    row.put("processed", from.cpu(cpu).processed());
                    row.put("drops", from.cpu(cpu).dropped());
                    row.put("bulks", from.cpu(cpu).issue());
                    rows.add(row);
                }
            }
        }
        return rows;
    }

    private List<Object> xmits() {
        List<Object> rows = new ArrayList<>();
        counts.xmitPairs()
                .forEach((pair, perCpu) -> {
                    Counts total = perCpu.total();
                    Map<String, Object> row = new LinkedHashMap<>();
                    row.put("from", deviceName.apply(pair.from()));
                    row.put("to", deviceName.apply(pair.to()));
                    row.put("sent", total.processed());
                    row.put("drops", total.dropped());
                    row.put("errors", total.issue());
                    row.put("bulks", total.info());
                    rows.add(row);
                });
        return rows;
    }
}
