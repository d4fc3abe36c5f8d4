package io.xdp4j.tools.report;

import io.xdp4j.tools.exit.CommandException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Options of the samples' library.
public final class SampleOptions implements ReportOptions {
    private static final int MAX_SECONDS = 86_400;

    @Option(
            names = {"-i", "--interval"},
            paramLabel = "SEC",
            description = "seconds between reports (default: ${DEFAULT-VALUE})")
    private int interval;

    @Option(
            names = {"-s", "--stats"},
            description = "also count successful redirects, which costs an event a packet")
    private boolean stats;

    @Option(
            names = {"-v", "--verbose"},
            description = "show details from the start; Ctrl-\\ toggles them")
    private boolean verbose;

    @Option(
            names = {"-n", "--count"},
            paramLabel = "N",
            description = "end after N reports")
    private @Nullable Integer count;

    @Option(names = "--classic", description = "the tables of 2018")
    private boolean classic;

    SampleOptions(int interval) {
        this.interval = interval;
    }

    @Override
    public Duration interval() {
        if (interval < 1 || interval > MAX_SECONDS) {
            throw CommandException.usage(
                    "--interval: " + interval + " (expected: 1.." + MAX_SECONDS + " seconds)");
        }
        return Duration.ofSeconds(interval);
    }

    @Override
    public boolean stats() {
        return stats;
    }

    @Override
    public boolean verbose() {
        return verbose;
    }

    @Override
    public int count() {
        if (count == null) {
            return Integer.MAX_VALUE;
        }
        if (count < 1) {
            throw CommandException.usage("--count: " + count + " (expected: 1 or more)");
        }
        return count;
    }

    @Override
    public boolean classic() {
        return classic;
    }
}
