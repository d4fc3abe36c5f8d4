package io.xdp4j.tools.xdptools;

import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.report.ReportOptions;
import java.time.Duration;
import picocli.CommandLine.Option;

/// Options of every mode of xdp-bench.
final class BenchOptions implements ReportOptions {
    private static final int MAX_SECONDS = 86_400;

    @Option(
            names = {"-i", "--interval"},
            paramLabel = "SECONDS",
            description = "seconds between reports (default: ${DEFAULT-VALUE})")
    private int seconds = 2;

    @Option(
            names = {"-e", "--extended"},
            description = "extended output from the start; Ctrl-\\ toggles it")
    private boolean extended;

    @Option(
            names = {"-v", "--verbose"},
            description = "say more about what is loaded")
    private boolean verbose;

    @Override
    public Duration interval() {
        if (seconds < 1 || seconds > MAX_SECONDS) {
            throw CommandException.usage(
                    "--interval: " + seconds + " (expected: 1.." + MAX_SECONDS + " seconds)");
        }
        return Duration.ofSeconds(seconds);
    }

    @Override
    public boolean verbose() {
        return extended;
    }

    /// True when the user wants to know what is loaded.
    boolean explains() {
        return verbose;
    }
}
