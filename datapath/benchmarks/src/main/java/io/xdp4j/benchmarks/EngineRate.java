package io.xdp4j.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// Our compiler and the kernel's, program by program, in one sitting.
///
/// Usage: `EngineRate DIRECTORY CASES [rounds=N] [NAME PART or =NAME...]`; see `engine.sh`. Each side
/// repeats a test run on one packet, all programs warm; in each round the lowest of several batches
/// counts, as machines are shared: the kernel's are longer, and fewer. Net is less what an empty
/// program takes on that side in that round, and at least a nanosecond. The last column is the ratio
/// without that deduction: what a run costs beside an empty program hides behind the test run's own
/// work as far as the processor can do both at once, and the kernel's test run has more of it.
public final class EngineRate {
    private static final int BATCHES = 30;
    private static final int KERNEL_BATCHES = 4;
    private static final long PATIENCE_NANOS = 1_500_000_000L;
    private static final long BATCH_NANOS = 8_000_000L;
    private static final EngineCase EMPTY =
            new EngineCase("", "micro", "mb_drop", "udp4_64", List.of());

    private final Path directory;
    private final KernelRate kernel;
    private final int rounds;

    /// What the rounds gave for one program: nanoseconds less the empty program's, and ratios of those
    /// and of the whole times.
    private static final class Series {
        final EngineCase of;
        final double[] net;
        final double[] kernelNet;
        final double[] ratios;
        final double[] gross;

        Series(
                EngineCase of,
                double[] mine,
                double[] empty,
                double[] theirs,
                double[] kernelEmpty) {
            this.of = of;
            int rounds = mine.length;
            net = new double[rounds];
            kernelNet = new double[rounds];
            ratios = new double[rounds];
            gross = new double[rounds];
            for (int round = 0; round < rounds; round++) {
                net[round] = Math.max(1, mine[round] - empty[round]);
                kernelNet[round] = Math.max(1, theirs[round] - kernelEmpty[round]);
                ratios[round] = net[round] / kernelNet[round];
                gross[round] = mine[round] / theirs[round];
            }
        }
    }

    private EngineRate(Path directory, int rounds) {
        this.directory = directory;
        this.kernel = new KernelRate(directory);
        this.rounds = rounds;
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        List<String> parts = new ArrayList<>(Arrays.asList(args).subList(2, args.length));
        int rounds = 1;
        if (!parts.isEmpty() && parts.getFirst().startsWith("rounds=")) {
            rounds = Integer.parseInt(parts.removeFirst().substring("rounds=".length()));
        }
        List<EngineCase> cases = new ArrayList<>();
        for (EngineCase one : EngineCase.read(Path.of(args[1]))) {
            if (parts.isEmpty() || parts.stream().anyMatch(one::matches)) {
                cases.add(one);
            }
        }
        new EngineRate(Path.of(args[0]), rounds).compare(cases);
    }

    private void compare(List<EngineCase> cases) throws IOException, InterruptedException {
        // Programs of several classes first, so that no program is inlined into the measuring loop.
        for (String program : List.of("mb_pass", "mb_bounds", "t_leaf")) {
            EngineCase one = new EngineCase("", "micro", program, "udp4_64", List.of());
            try (OurRate rate = new OurRate(directory, one, OurRate.Engine.JIT)) {
                rate.warmUp(20_000_000L, BATCH_NANOS);
            }
        }
        List<EngineCase> all = new ArrayList<>(cases);
        all.addFirst(EMPTY);
        List<OurRate> ours = new ArrayList<>();
        try {
            for (EngineCase one : all) {
                OurRate rate = new OurRate(directory, one, OurRate.Engine.JIT);
                ours.add(rate);
                rate.warmUp(PATIENCE_NANOS, BATCH_NANOS);
            }
            report(all, ours);
        } finally {
            ours.forEach(OurRate::close);
        }
    }

    private void report(List<EngineCase> all, List<OurRate> ours)
            throws IOException, InterruptedException {
        double[][] mine = new double[all.size()][rounds];
        double[][] theirs = new double[all.size()][rounds];
        String[] remarks = new String[all.size()];
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < mine.length; i++) {
                KernelRate.Timing timing = kernel.measure(all.get(i), KERNEL_BATCHES);
                theirs[i][round] = timing.nanos();
                mine[i][round] = ours.get(i).lowest(BATCHES);
                remarks[i] = remark(ours.get(i).retval(), timing.retval());
            }
        }
        print(
                "empty: ours %.1f ns, kernel %.1f ns; rounds: %d; median (lowest..highest)",
                median(mine[0]), median(theirs[0]), rounds);
        print(
                "%-6s %-17s %-9s %7s %7s %-20s %s",
                "", "program", "packet", "ours", "kernel", "ratio, net", "ratio, gross");
        Map<String, List<Series>> groups = new TreeMap<>();
        for (int i = 1; i < mine.length; i++) {
            Series series = new Series(all.get(i), mine[i], mine[0], theirs[i], theirs[0]);
            print(series, remarks[i]);
            groups.computeIfAbsent(series.of.group(), _ -> new ArrayList<>()).add(series);
        }
        groups.forEach(EngineRate::summary);
    }

    private static String remark(int retval, int kernels) {
        return retval == kernels ? "" : "  returns " + retval + ", kernel " + kernels;
    }

    private static void print(Series of, String remark) {
        print(
                "%-6s %-17s %-9s %7.1f %7.1f %-20s %.2fx%s",
                of.of.group(),
                of.of.program(),
                of.of.packet(),
                median(of.net),
                median(of.kernelNet),
                spread(of.ratios),
                median(of.gross),
                remark);
    }

    private static String spread(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return String.format(
                Locale.ROOT,
                "%.2fx (%.2f..%.2f)",
                median(sorted),
                sorted[0],
                sorted[sorted.length - 1]);
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static void summary(String group, List<Series> all) {
        double net = 0;
        double gross = 0;
        double highest = 0;
        for (Series one : all) {
            net += Math.log(median(one.ratios));
            gross += Math.log(median(one.gross));
            highest = Math.max(highest, median(one.ratios));
        }
        print(
                "%s: %d programs, geometric mean %.2fx, highest %.2fx; gross %.2fx",
                group,
                all.size(),
                Math.exp(net / all.size()),
                highest,
                Math.exp(gross / all.size()));
    }

    @SuppressWarnings("AnnotateFormatMethod") // no dependency on the annotation
    private static void print(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }
}
