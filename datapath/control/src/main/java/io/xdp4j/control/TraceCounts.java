package io.xdp4j.control;

import io.xdp4j.control.json.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// Tracepoints added up, one row for each worker and kind; rows of zeros are left out.
///
/// @param nanos when they were read, on the clock of `System.nanoTime` of the datapath
public record TraceCounts(
        long nanos,
        List<Redirect> redirects,
        List<Fault> exceptions,
        List<Enqueue> enqueues,
        List<Kthread> kthreads,
        List<Xmit> xmits) {
    public TraceCounts {
        redirects = List.copyOf(redirects);
        exceptions = List.copyOf(exceptions);
        enqueues = List.copyOf(enqueues);
        kthreads = List.copyOf(kthreads);
        xmits = List.copyOf(xmits);
    }

    /// `xdp_redirect` and `xdp_redirect_err`.
    ///
    /// @param errno positive; 0 for successful ones
    public record Redirect(int cpu, int errno, long frames) {}

    /// `xdp_exception`.
    ///
    /// @param action the program's answer, above 4 for one that is no action
    public record Fault(int cpu, int action, long frames) {}

    /// `xdp_cpumap_enqueue`.
    ///
    /// @param processed frames, refused ones included
    /// @param bulks events with frames
    public record Enqueue(int from, int to, long processed, long drops, long bulks) {}

    /// `xdp_cpumap_kthread`.
    ///
    /// @param sched events for which the poller had slept
    public record Kthread(
            int cpu, long processed, long drops, long sched, long pass, long drop, long redirect) {}

    /// `xdp_devmap_xmit`.
    ///
    /// @param errors events with a driver's error
    /// @param bulks events
    public record Xmit(int cpu, int from, int to, long sent, long drops, long errors, long bulks) {}

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("nanos", nanos);
        json.put("redirect", rows(redirects, r -> List.of(r.cpu, r.errno, r.frames)));
        json.put("exception", rows(exceptions, r -> List.of(r.cpu, r.action, r.frames)));
        json.put(
                "cpumap_enqueue",
                rows(enqueues, r -> List.of(r.from, r.to, r.processed, r.drops, r.bulks)));
        json.put(
                "cpumap_kthread",
                rows(
                        kthreads,
                        r ->
                                List.of(
                                        r.cpu,
                                        r.processed,
                                        r.drops,
                                        r.sched,
                                        r.pass,
                                        r.drop,
                                        r.redirect)));
        json.put(
                "devmap_xmit",
                rows(xmits, r -> List.of(r.cpu, r.from, r.to, r.sent, r.drops, r.errors, r.bulks)));
        return json;
    }

    private static <T> List<List<? extends Number>> rows(
            List<T> rows, Function<T, List<? extends Number>> numbers) {
        return rows.stream().<List<? extends Number>>map(numbers).toList();
    }

    static TraceCounts parse(Json json) {
        return new TraceCounts(
                json.at("nanos").number(Long.MIN_VALUE, Long.MAX_VALUE),
                parse(json.at("redirect"), 3, n -> new Redirect((int) n[0], (int) n[1], n[2])),
                parse(json.at("exception"), 3, n -> new Fault((int) n[0], (int) n[1], n[2])),
                parse(
                        json.at("cpumap_enqueue"),
                        5,
                        n -> new Enqueue((int) n[0], (int) n[1], n[2], n[3], n[4])),
                parse(
                        json.at("cpumap_kthread"),
                        7,
                        n -> new Kthread((int) n[0], n[1], n[2], n[3], n[4], n[5], n[6])),
                parse(
                        json.at("devmap_xmit"),
                        7,
                        n -> new Xmit((int) n[0], (int) n[1], (int) n[2], n[3], n[4], n[5], n[6])));
    }

    private static <T> List<T> parse(Json json, int columns, Function<long[], T> row) {
        return json.list().stream()
                .map(one ->
                        row.apply(
                                one.list(columns).stream()
                                        .mapToLong(n -> n.number(Long.MIN_VALUE, Long.MAX_VALUE))
                                        .toArray()))
                .toList();
    }
}
