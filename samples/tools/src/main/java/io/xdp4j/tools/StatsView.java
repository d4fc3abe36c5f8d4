package io.xdp4j.tools;

import io.xdp4j.control.Snapshot;
import io.xdp4j.control.SnapshotJson;
import io.xdp4j.control.json.JsonText;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;

/// Shows a running datapath.
interface StatsView extends AutoCloseable {
    /// Called once per interval.
    void stats(Snapshot before, Snapshot now);

    /// Called once, after the drain.
    void summary(Snapshot start, Snapshot end);

    @Override
    default void close() {}

    /// The view that suits the options and the terminal.
    static StatsView open(RunOptions options, PrintWriter out) {
        if (options.json) {
            return new JsonView(out);
        }
        StatsView live = LiveView.openOn(out);
        return live == null ? new PlainView(out) : live;
    }

    /// One JSON object a line.
    record JsonView(PrintWriter out) implements StatsView {
        @Override
        public void stats(Snapshot before, Snapshot now) {
            print(line("stats", now));
        }

        @Override
        public void summary(Snapshot start, Snapshot end) {
            print(line("summary", end));
        }

        private static String line(String event, Snapshot snapshot) {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("event", event);
            json.putAll(SnapshotJson.properties(snapshot));
            return JsonText.of(json);
        }

        private void print(String line) {
            out.println(line);
            out.flush();
        }
    }

    /// A line per interval and a table at the end.
    record PlainView(PrintWriter out) implements StatsView {
        @Override
        public void stats(Snapshot before, Snapshot now) {
            out.println(SnapshotTable.oneLine(before, now));
            out.flush();
        }

        @Override
        public void summary(Snapshot start, Snapshot end) {
            printSummary(out, start, end);
        }
    }

    /// The table of totals with the verdict on the ledger.
    static void printSummary(PrintWriter out, Snapshot start, Snapshot end) {
        SnapshotTable.totals(start, end).forEach(out::println);
        out.println();
        var ledger = end.ledger();
        out.printf(
                "LEDGER in %,d = out %,d + dropped %,d + in flight %,d; pool %,d of %,d free: %s%n",
                ledger.in(),
                ledger.out(),
                ledger.dropped(),
                ledger.inFlight(),
                ledger.poolFree(),
                ledger.poolSize(),
                ledger.balanced() ? "balanced" : "NOT BALANCED");
        out.flush();
    }
}
