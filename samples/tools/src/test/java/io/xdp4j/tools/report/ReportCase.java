package io.xdp4j.tools.report;

import io.xdp4j.control.TraceCounts;
import io.xdp4j.control.TraceFilter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// What was counted in an interval that begins at zero, and the text that must come out.
///
/// ```
/// as terse                      terse, verbose, exit, classic-cpumap NAME, classic-monitor (errors)
/// shows RX REDIRECT_ERR         kinds of rows
/// seconds 2
/// rx 0 2000 0 0                 cpu packets drops errors
/// redirect 0 90 4               cpu errno frames
/// exception 0 1 7               cpu action frames
/// enqueue 0 1 800 0 100         from to frames drops bulks
/// kthread 1 800 0 3 700 60 40   cpu frames drops sched pass drop redirect
/// xmit 0 7 8 500 2 1 63         cpu from to sent drops errors bulks
/// ---
/// Summary ...                   the lines, byte for byte; `$` marks an end with blanks before it
/// ```
record ReportCase(
        String name,
        String form,
        String argument,
        Set<SampleKind> shown,
        SampleMoment before,
        SampleMoment now,
        List<String> expected) {
    private static final int CPUS = 2;

    static ReportCase read(Path file) {
        Reader reader = new Reader();
        for (String line : lines(file)) {
            reader.take(line);
        }
        return reader.made(String.valueOf(file.getFileName()));
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Reader {
        private final List<Counts> rx = new ArrayList<>(Collections.nCopies(CPUS, Counts.ZERO));
        private final List<TraceCounts.Redirect> redirects = new ArrayList<>();
        private final List<TraceCounts.Fault> exceptions = new ArrayList<>();
        private final List<TraceCounts.Enqueue> enqueues = new ArrayList<>();
        private final List<TraceCounts.Kthread> kthreads = new ArrayList<>();
        private final List<TraceCounts.Xmit> xmits = new ArrayList<>();
        private final List<String> expected = new ArrayList<>();
        private final Set<SampleKind> shown = EnumSet.noneOf(SampleKind.class);
        private String form = "";
        private String argument = "";
        private long nanos;
        private boolean inText;

        void take(String line) {
            if (inText) {
                expected.add(line.endsWith("$") ? line.substring(0, line.length() - 1) : line);
            } else if (line.equals("---")) {
                inText = true;
            } else if (!line.isBlank() && !line.startsWith("#")) {
                take(List.of(line.strip().split("\\s+", -1)));
            }
        }

        private void take(List<String> words) {
            List<String> rest = words.subList(1, words.size());
            switch (words.getFirst()) {
                case "as" -> {
                    form = rest.getFirst();
                    argument = rest.size() > 1 ? rest.get(1) : "";
                }
                case "shows" -> rest.forEach(kind -> shown.add(SampleKind.valueOf(kind)));
                case "seconds" -> nanos = Long.parseLong(rest.getFirst()) * 1_000_000_000;
                default ->
                        count(
                                words.getFirst().toLowerCase(Locale.ROOT),
                                rest.stream().mapToLong(Long::parseLong).toArray());
            }
        }

        private void count(String kind, long[] n) {
            switch (kind) {
                case "rx" -> rx.set((int) n[0], Counts.of(n[1], n[2], n[3]));
                case "redirect" ->
                        redirects.add(new TraceCounts.Redirect((int) n[0], (int) n[1], n[2]));
                case "exception" ->
                        exceptions.add(new TraceCounts.Fault((int) n[0], (int) n[1], n[2]));
                case "enqueue" ->
                        enqueues.add(
                                new TraceCounts.Enqueue((int) n[0], (int) n[1], n[2], n[3], n[4]));
                case "kthread" ->
                        kthreads.add(
                                new TraceCounts.Kthread(
                                        (int) n[0], n[1], n[2], n[3], n[4], n[5], n[6]));
                case "xmit" ->
                        xmits.add(
                                new TraceCounts.Xmit(
                                        (int) n[0],
                                        (int) n[1],
                                        (int) n[2],
                                        n[3],
                                        n[4],
                                        n[5],
                                        n[6]));
                default -> throw new IllegalArgumentException(kind);
            }
        }

        ReportCase made(String name) {
            TraceCounts none =
                    new TraceCounts(0, List.of(), List.of(), List.of(), List.of(), List.of());
            TraceCounts counted =
                    new TraceCounts(nanos, redirects, exceptions, enqueues, kthreads, xmits);
            return new ReportCase(
                    name,
                    form,
                    argument,
                    shown,
                    SampleMoment.of(0, Collections.nCopies(CPUS, Counts.ZERO), none),
                    SampleMoment.of(nanos, rx, counted),
                    expected);
        }
    }

    /// The text in the case's form.
    List<String> text() {
        return switch (form) {
            case "terse", "verbose" ->
                    SampleText.of(
                            SampleSetup.of(null, shown, TraceFilter.ALL, "Summary"),
                            form.equals("verbose"),
                            ifindex -> "dev" + ifindex,
                            before,
                            now);
            case "exit" -> SampleTotals.between(shown, before, now).lines(now.secondsSince(before));
            case "classic-cpumap" -> new ClassicCpuMapTable(argument, true).lines(before, now);
            case "classic-monitor" ->
                    new ClassicMonitorTable(argument.equals("errors")).lines(before, now);
            default -> throw new IllegalArgumentException(form);
        };
    }

    @Override
    public String toString() {
        return name;
    }
}
