package io.xdp4j.tools.xdptools;

import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.report.ReportOptions;
import java.time.Duration;
import picocli.CommandLine.Option;

/// What trafficgen prints.
final class TrafficgenOptions implements ReportOptions {
    private static final int MAX_SECONDS = 86_400;

    @Option(
            names = {"-I", "--interval"},
            paramLabel = "SECONDS",
            description = "seconds between reports (default: ${DEFAULT-VALUE})")
    private int seconds = 1;

    @Option(
            names = {"-v", "--verbose"},
            description = "show details")
    private boolean verbose;

    @Override
    public Duration interval() {
        if (seconds < 1 || seconds > MAX_SECONDS) {
            throw CommandException.usage(
                    "--interval: " + seconds + " (expected: 1.." + MAX_SECONDS + ")");
        }
        return Duration.ofSeconds(seconds);
    }

    @Override
    public boolean verbose() {
        return verbose;
    }
}
