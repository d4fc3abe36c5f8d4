package io.xdp4j.tools.report;

import io.xdp4j.control.MapInfo;
import io.xdp4j.tools.session.SampleObject;
import java.util.ArrayList;
import java.util.List;

/// What came in by each receive queue, since the last report.
///
/// Thread: that of the session.
/// Kernel: `rxq:N` rows of xdp-tools' `lib/util/xdp_sample.c`.
public final class RxqRows implements ReportTable {
    private final SampleObject object;
    private final MapInfo map;
    private List<Counts> before;

    private RxqRows(SampleObject object, MapInfo map) {
        this.object = object;
        this.map = map;
        this.before = read();
    }

    /// Reads such a map from now on.
    ///
    /// @param map a per-CPU array of counters, by queue
    public static RxqRows of(SampleObject object, String map) {
        return new RxqRows(object, object.map(map));
    }

    private List<Counts> read() {
        List<Counts> queues = new ArrayList<>();
        for (int queue = 0; queue < map.maxEntries(); queue++) {
            queues.add(
                    Counts.of(
                            object.sum(map, queue, 0),
                            object.sum(map, queue, Long.BYTES),
                            object.sum(map, queue, 2 * Long.BYTES)));
        }
        return queues;
    }

    @Override
    public List<String> lines(SampleMoment earlier, SampleMoment now) {
        List<Counts> counts = read();
        List<String> lines = new ArrayList<>();
        for (int queue = 0; queue < counts.size(); queue++) {
            Counts rate = counts.get(queue).rate(before.get(queue), now.secondsSince(earlier));
            if (rate.isBusy()) {
                lines.add(
                        "    %-18s %s%s%s"
                                .formatted(
                                        "rxq:" + queue,
                                        Lines.column(rate.processed(), "pkt/s"),
                                        Lines.column(rate.dropped(), "drop/s"),
                                        Lines.column(rate.issue(), "error/s")));
            }
        }
        before = counts;
        return lines;
    }
}
