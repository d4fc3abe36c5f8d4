package io.xdp4j.tools.xsk;

import io.xdp4j.control.Snapshot;
import io.xdp4j.control.SnapshotJson;
import io.xdp4j.control.json.JsonText;
import io.xdp4j.linux.afxdp.XdpStatistics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What xdpsock prints: rows for each socket, rates since the last report beside counts since the
/// start.
///
/// Kernel: `dump_stats` of xdpsock.
final class XskReport implements XskView {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final List<String> RING_ROWS =
            List.of(
                    "rx dropped",
                    "rx invalid",
                    "tx invalid",
                    "rx queue full",
                    "fill ring empty",
                    "tx ring empty");
    private static final List<XskCount> APP_ROWS =
            List.of(
                    XskCount.RX_EMPTY_POLLS,
                    XskCount.FILL_FAIL_POLLS,
                    XskCount.COPY_TX_SENDTOS,
                    XskCount.TX_WAKEUP_SENDTOS,
                    XskCount.OPT_POLLS);

    private final XskPort port;
    private final String title;
    private final boolean extra;
    private final boolean app;
    private final boolean quiet;
    private final long start = System.nanoTime();
    private long lastNanos = start;
    private final List<long[]> last = new ArrayList<>();

    /// @param title of a socket, behind its number
    /// @param extra rows of the kernel's counters
    /// @param app rows of the program's calls
    /// @param quiet no rows at all
    XskReport(XskPort port, String title, boolean extra, boolean app, boolean quiet) {
        this.port = port;
        this.title = title;
        this.extra = extra;
        this.app = app;
        this.quiet = quiet;
        port.users().forEach(user -> last.add(values(user)));
    }

    /// All counts of a socket, in the order of the rows.
    private static long[] values(XskUser user) {
        XdpStatistics ring = user.socket().statistics();
        List<Long> values = new ArrayList<>();
        values.add(user.count(XskCount.RX));
        values.add(user.count(XskCount.TX));
        values.addAll(
                List.of(
                        ring.rxDropped(),
                        ring.rxInvalidDescs(),
                        ring.txInvalidDescs(),
                        ring.rxRingFull(),
                        ring.rxFillRingEmptyDescs(),
                        ring.txRingEmptyDescs()));
        APP_ROWS.forEach(row -> values.add(user.count(row)));
        return values.stream().mapToLong(Long::longValue).toArray();
    }

    @Override
    public List<String> lines() {
        if (quiet) {
            return List.of();
        }
        long now = System.nanoTime();
        double seconds = (now - lastNanos) / NANOS_PER_SECOND;
        lastNanos = now;
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < port.users().size(); i++) {
            long[] values = values(port.users().get(i));
            lines.add("");
            lines.add(" sock" + i + "@" + title);
            lines.addAll(rows(values, last.get(i), seconds));
            last.set(i, values);
        }
        return lines;
    }

    private List<String> rows(long[] now, long[] before, double seconds) {
        List<String> lines = new ArrayList<>();
        lines.add(head("pps", "pkts", String.format(Locale.ROOT, "%-14.2f", seconds)));
        int row = 0;
        for (String name : List.of("rx", "tx")) {
            lines.add(row(name, now[row], before[row], seconds));
            row++;
        }
        for (String name : RING_ROWS) {
            if (extra) {
                lines.add(row(name, now[row], before[row], seconds));
            }
            row++;
        }
        if (app) {
            lines.add("");
            lines.add(head("calls/s", "count", ""));
        }
        for (XskCount count : APP_ROWS) {
            if (app) {
                lines.add(row(count.text(), now[row], before[row], seconds));
            }
            row++;
        }
        return lines;
    }

    private static String head(String rate, String count, String time) {
        return String.format(Locale.ROOT, "%-18s %-14s %-14s %s", "", rate, count, time)
                .stripTrailing();
    }

    private static String row(String name, long now, long before, double seconds) {
        double rate = seconds > 0 ? (now - before) / seconds : 0;
        return String.format(Locale.ROOT, "%-18s %,-14.0f %,-14d", name, rate, now).stripTrailing();
    }

    @Override
    public List<String> summary() {
        double seconds = (System.nanoTime() - start) / NANOS_PER_SECOND;
        List<String> lines = new ArrayList<>();
        lines.add("");
        total(lines, XskCount.RX, "Packets received", "Average packets/s", seconds);
        total(lines, XskCount.TX, "Packets transmitted", "Average transmit/s", seconds);
        return lines;
    }

    private void total(
            List<String> lines, XskCount count, String name, String average, double seconds) {
        long packets = port.users().stream().mapToLong(user -> user.count(count)).sum();
        if (packets > 0) {
            lines.add(String.format(Locale.ROOT, "  %-20s: %,d", name, packets));
            lines.add(String.format(Locale.ROOT, "  %-20s: %,.0f", average, packets / seconds));
        }
    }

    @Override
    public String json(String event, @Nullable Snapshot datapath) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("event", event);
        line.put("duration_ns", System.nanoTime() - start);
        List<Object> sockets = new ArrayList<>();
        for (int i = 0; i < port.users().size(); i++) {
            sockets.add(json(i, port.users().get(i)));
        }
        line.put("sockets", sockets);
        if (datapath != null) {
            line.putAll(SnapshotJson.properties(datapath));
        }
        return JsonText.of(line);
    }

    private Map<String, Object> json(int index, XskUser user) {
        long[] values = values(user);
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("name", "sock" + index);
        row.put("queue", port.setup().queue());
        row.put("rx_packets", values[0]);
        row.put("tx_packets", values[1]);
        int at = 2;
        for (String name : RING_ROWS) {
            row.put(name.replace(' ', '_'), values[at++]);
        }
        for (XskCount count : APP_ROWS) {
            row.put(count.text().replace(' ', '_'), values[at++]);
        }
        return row;
    }
}
