package io.xdp4j.tools.xdptools;

import io.xdp4j.control.DatapathControl;
import io.xdp4j.control.json.JsonText;
import io.xdp4j.core.program.XdpAction;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.session.ControlCommand;
import io.xdp4j.tools.session.StopSignal;
import io.xdp4j.tools.xdptools.FilterState.Traffic;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `xdp4j filter poll`.
@Command(
        name = "poll",
        description = "Show the filter's counters and rates until Ctrl-C.",
        mixinStandardHelpOptions = true)
final class FilterPollCommand extends ControlCommand {
    private static final List<Integer> ACTIONS =
            List.of(
                    XdpAction.XDP_DROP,
                    XdpAction.XDP_PASS,
                    XdpAction.XDP_TX,
                    XdpAction.XDP_REDIRECT);

    /// The first report comes sooner, as xdp-filter's does.
    private static final int FIRST_MILLIS = 250;

    private static final int KIB = 1024;
    private static final double NANOS = 1e9;
    private static final int MICRO_NANOS = 1000;
    private static final double MEGABIT_BYTES = 125_000;

    @Option(
            names = {"-i", "--interval"},
            paramLabel = "MILLIS",
            description = "milliseconds between reports (default: ${DEFAULT-VALUE})")
    private int interval = 1000;

    @Option(
            names = {"-n", "--count"},
            paramLabel = "N",
            description = "end after N reports")
    private int count = Integer.MAX_VALUE;

    /// What was counted up to a moment.
    private record Moment(long nanos, Map<Integer, Traffic> traffic) {
        static Moment now(FilterState filter) {
            Map<Integer, Traffic> traffic = new LinkedHashMap<>();
            ACTIONS.forEach(action -> traffic.put(action, filter.traffic(action)));
            return new Moment(System.nanoTime(), traffic);
        }

        Traffic of(int action) {
            return traffic.getOrDefault(action, new Traffic(0, 0));
        }
    }

    @Override
    protected List<String> devices() {
        return List.of();
    }

    @Override
    protected void run(DatapathControl control, PrintWriter out) {
        if (interval < 1 || count < 1) {
            throw CommandException.usage(
                    (interval < 1 ? "--interval: " + interval : "--count: " + count)
                            + " (expected: 1 or more)");
        }
        FilterState filter = FilterState.of(control);
        StopSignal.guard(stop -> poll(filter, out, stop));
    }

    private void poll(FilterState filter, PrintWriter out, StopSignal stop) {
        Moment before = Moment.now(filter);
        long wait = Math.min(FIRST_MILLIS, interval);
        for (int i = 0; i < count && !stop.await(TimeUnit.MILLISECONDS.toNanos(wait)); i++) {
            Moment now = Moment.now(filter);
            print(before, now, out);
            before = now;
            wait = interval;
        }
    }

    private void print(Moment before, Moment now, PrintWriter out) {
        double seconds = (now.nanos() - before.nanos()) / NANOS;
        Instant end = Instant.now();
        if (json()) {
            out.println(JsonText.of(json(now, seconds)));
        } else {
            out.println(
                    String.format(
                            Locale.ROOT,
                            "Period of %.6fs ending at %d.%06d",
                            seconds,
                            end.getEpochSecond(),
                            end.getNano() / MICRO_NANOS));
            ACTIONS.forEach(action -> out.println(line(action, before, now, seconds)));
            out.println();
        }
        out.flush();
    }

    private static String line(int action, Moment before, Moment now, double seconds) {
        Traffic total = now.of(action);
        Traffic old = before.of(action);
        return String.format(
                Locale.ROOT,
                "%-12s %,11d pkts (%,10.0f pps) %,11d KiB (%,6.0f Mbits/s)",
                "XDP_" + XdpAction.nameOf(action),
                total.packets(),
                (total.packets() - old.packets()) / seconds,
                total.bytes() / KIB,
                (total.bytes() - old.bytes()) / seconds / MEGABIT_BYTES);
    }

    private static Map<String, Object> json(Moment now, double seconds) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("event", "stats");
        json.put("seconds", seconds);
        for (int action : ACTIONS) {
            json.put(
                    "XDP_" + XdpAction.nameOf(action),
                    Map.of(
                            "packets", now.of(action).packets(),
                            "bytes", now.of(action).bytes()));
        }
        return json;
    }
}
