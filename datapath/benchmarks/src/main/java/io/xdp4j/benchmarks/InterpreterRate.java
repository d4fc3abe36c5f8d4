package io.xdp4j.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// Our interpreter and our compiler, program by program.
///
/// Usage: `InterpreterRate DIRECTORY CASES [NAME PART or =NAME...]`; see `engine.sh`. Whole times of a
/// run, of the best batch.
public final class InterpreterRate {
    private static final int BATCHES = 100;
    private static final long PATIENCE_NANOS = 1_500_000_000L;
    private static final long BATCH_NANOS = 4_000_000L;

    private final Path directory;

    private InterpreterRate(Path directory) {
        this.directory = directory;
    }

    public static void main(String[] args) throws IOException {
        List<String> parts = Arrays.asList(args).subList(2, args.length);
        InterpreterRate rate = new InterpreterRate(Path.of(args[0]));
        for (EngineCase one : EngineCase.read(Path.of(args[1]))) {
            if (parts.isEmpty() || parts.stream().anyMatch(one::matches)) {
                rate.compare(one);
            }
        }
    }

    private void compare(EngineCase one) throws IOException {
        double compiled = lowest(one, OurRate.Engine.JIT);
        double interpreted = lowest(one, OurRate.Engine.INTERPRETER);
        System.out.println(
                String.format(
                        Locale.ROOT,
                        "%-6s %-20s %-9s compiled %7.1f ns, interpreted %8.1f ns, %5.1fx",
                        one.group(),
                        one.program(),
                        one.packet(),
                        compiled,
                        interpreted,
                        interpreted / compiled));
    }

    private double lowest(EngineCase one, OurRate.Engine engine) throws IOException {
        try (OurRate rate = new OurRate(directory, one, engine)) {
            rate.warmUp(PATIENCE_NANOS, BATCH_NANOS);
            return rate.lowest(BATCHES);
        }
    }
}
