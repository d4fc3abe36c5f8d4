package io.xdp4j.tools.xsk;

import io.xdp4j.control.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What xdp-tools print: one line of rates, and packets and averages at the end.
public final class XskSampleReport implements XskView {
    private static final double NANOS_PER_SECOND = 1e9;

    private final String label;
    private final XskReport counts;
    private final XskPort port;
    private final long start = System.nanoTime();
    private long lastNanos = start;
    private long lastReceived;
    private long lastSent;
    private long lastLost;

    /// @param label of a line
    public XskSampleReport(XskPort port, String label) {
        this.port = port;
        this.label = label;
        this.counts = new XskReport(port, "", false, false, true);
    }

    private long sum(XskCount count) {
        return port.users().stream().mapToLong(user -> user.count(count)).sum();
    }

    private long lost() {
        return port.users().stream()
                .mapToLong(user -> {
                    var ring = user.socket().statistics();
                    return ring.rxDropped() + ring.rxRingFull() + ring.txInvalidDescs();
                })
                .sum();
    }

    @Override
    public List<String> lines() {
        long now = System.nanoTime();
        double seconds = (now - lastNanos) / NANOS_PER_SECOND;
        lastNanos = now;
        long received = sum(XskCount.RX);
        long sent = sum(XskCount.TX);
        long lost = lost();
        StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%-23s", label));
        if (port.setup().receives()) {
            column(line, (received - lastReceived) / seconds, "rx/s");
        }
        column(line, (lost - lastLost) / seconds, "err,drop/s");
        if (sent > 0) {
            column(line, (sent - lastSent) / seconds, "xmit/s");
        }
        lastReceived = received;
        lastSent = sent;
        lastLost = lost;
        return List.of(line.toString().stripTrailing());
    }

    private static void column(StringBuilder line, double value, String unit) {
        line.append(String.format(Locale.ROOT, " %,10d %-13s", Math.round(value), unit));
    }

    @Override
    public List<String> summary() {
        double seconds = (System.nanoTime() - start) / NANOS_PER_SECOND;
        List<String> lines = new ArrayList<>();
        lines.add("");
        total(lines, "Packets received", "Average packets/s", sum(XskCount.RX), seconds);
        total(lines, "Rx dropped", "", lost(), seconds);
        total(lines, "Packets transmitted", "Average transmit/s", sum(XskCount.TX), seconds);
        return lines;
    }

    private static void total(
            List<String> lines, String name, String average, long count, double seconds) {
        if (count == 0) {
            return;
        }
        lines.add(String.format(Locale.ROOT, "  %-20s: %,d", name, count));
        if (!average.isEmpty()) {
            lines.add(String.format(Locale.ROOT, "  %-20s: %,.0f", average, count / seconds));
        }
    }

    @Override
    public String json(String event, @Nullable Snapshot datapath) {
        return counts.json(event, datapath);
    }
}
