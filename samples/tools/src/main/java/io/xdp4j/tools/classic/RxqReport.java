package io.xdp4j.tools.classic;

import io.xdp4j.tools.session.SampleObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// xdp_rxq_info's table: packets by CPU, then by queue and CPU.
///
/// Kernel: `stats_print` of `samples/bpf/xdp_rxq_info_user.c`.
final class RxqReport {
    private final String heading;
    private final boolean separators;
    private final SampleObject object;
    private final List<String> lines = new ArrayList<>();
    private RxqCounts before;

    RxqReport(String heading, RxqCounts first, boolean separators, SampleObject object) {
        this.heading = heading;
        this.before = first;
        this.separators = separators;
        this.object = object;
    }

    /// The rates since the last time.
    List<String> next() {
        RxqCounts now = RxqCounts.read(object);
        List<String> text = lines(before, now);
        before = now;
        return text;
    }

    List<String> lines(RxqCounts from, RxqCounts to) {
        lines.clear();
        add("");
        add("%s", heading);
        add("%-15s %-7s %-11s %-11s", "XDP stats", "CPU", "pps", "issue-pps");
        cpus(to.all().minus(from.all()));
        add("");
        add("%-15s %-7s %-11s %-11s", "RXQ stats", "RXQ:CPU", "pps", "issue-pps");
        int last = to.queues().size() - 1;
        for (int queue = 0; queue <= last; queue++) {
            RxqCounts.Row row = to.queues().get(queue).minus(from.queues().get(queue));
            queue(queue == last ? -1 : queue, row);
        }
        return List.copyOf(lines);
    }

    private void cpus(RxqCounts.Row row) {
        double seconds = row.nanos() / 1e9;
        String error = "";
        for (int cpu = 0; cpu < row.packets().length; cpu++) {
            long packets = rate(row.packets()[cpu], seconds);
            long issues = rate(row.issues()[cpu], seconds);
            error = issues > 0 ? "invalid-ifindex" : error;
            if (packets > 0) {
                add("%-15s %-7d %,-11d %,-10d %s", "XDP-RX CPU", cpu, packets, issues, error);
            }
        }
        add("%-15s %-7s %,-11d", "XDP-RX CPU", "total", rate(sum(row.packets()), seconds));
    }

    private void queue(int queue, RxqCounts.Row row) {
        double seconds = row.nanos() / 1e9;
        String error = "";
        for (int cpu = 0; cpu < row.packets().length; cpu++) {
            long packets = rate(row.packets()[cpu], seconds);
            long issues = rate(row.issues()[cpu], seconds);
            if (issues > 0) {
                error = queue == -1 ? "map-overflow-RXQ" : "err";
            }
            if (packets > 0) {
                add(
                        "%-15s %3d:%-3d %,-11d %,-10d %s",
                        "rx_queue_index", queue, cpu, packets, issues, error);
            }
        }
        long packets = rate(sum(row.packets()), seconds);
        if (packets != 0 || sum(row.issues()) != 0) {
            add("%-15s %3d:%-3s %,-11d", "rx_queue_index", queue, "sum", packets);
        }
    }

    private static long sum(long[] counts) {
        return Arrays.stream(counts).sum();
    }

    private static long rate(long count, double seconds) {
        return seconds > 0 ? (long) (count / seconds) : 0;
    }

    @SuppressWarnings("AnnotateFormatMethod") // its annotation is not on our class path
    private void add(String format, Object... values) {
        String form = separators ? format : format.replace("%,", "%");
        lines.add(String.format(Locale.ROOT, form, values));
    }

    /// Counts so far.
    Map<String, Object> json() {
        RxqCounts now = RxqCounts.read(object);
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("packets", sum(now.all().packets()));
        json.put("issues", sum(now.all().issues()));
        List<Object> rows = new ArrayList<>();
        int last = now.queues().size() - 1;
        for (int queue = 0; queue <= last; queue++) {
            RxqCounts.Row row = now.queues().get(queue);
            for (int cpu = 0; cpu < row.packets().length; cpu++) {
                if (row.packets()[cpu] != 0) {
                    Map<String, Object> one = new LinkedHashMap<>();
                    one.put("queue", queue == last ? -1 : queue);
                    one.put("cpu", cpu);
                    one.put("packets", row.packets()[cpu]);
                    one.put("issues", row.issues()[cpu]);
                    rows.add(one);
                }
            }
        }
        json.put("queues", rows);
        return json;
    }
}
