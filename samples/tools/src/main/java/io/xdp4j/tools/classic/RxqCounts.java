package io.xdp4j.tools.classic;

import io.xdp4j.control.MapInfo;
import io.xdp4j.tools.session.SampleObject;
import java.util.ArrayList;
import java.util.List;

/// What xdp_rxq_info's program counted up to a moment.
///
/// @param all packets and issues of each CPU
/// @param queues the same for each queue; the last is for those without a place of their own
record RxqCounts(Row all, List<Row> queues) {
    private static final int ISSUE_OFFSET = Long.BYTES;

    /// Packets and issues, one for each CPU.
    ///
    /// @param nanos when they were read, or what went by between two readings
    @SuppressWarnings("ArrayRecordComponent") // nobody compares them
    record Row(long nanos, long[] packets, long[] issues) {
        Row minus(Row before) {
            return new Row(
                    nanos - before.nanos,
                    minus(packets, before.packets),
                    minus(issues, before.issues));
        }

        private static long[] minus(long[] now, long[] before) {
            long[] difference = new long[now.length];
            for (int i = 0; i < now.length; i++) {
                difference[i] = now[i] - before[i];
            }
            return difference;
        }
    }

    static RxqCounts read(SampleObject object) {
        MapInfo perQueue = object.map("rx_queue_index_map");
        List<Row> queues = new ArrayList<>();
        for (int queue = 0; queue < perQueue.maxEntries(); queue++) {
            queues.add(row(object, perQueue, queue));
        }
        return new RxqCounts(row(object, object.map("stats_global_map"), 0), queues);
    }

    private static Row row(SampleObject object, MapInfo map, int key) {
        return new Row(
                System.nanoTime(),
                object.perCpu(map, key, 0),
                object.perCpu(map, key, ISSUE_OFFSET));
    }
}
