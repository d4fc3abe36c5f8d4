package io.xdp4j.tools.xdptools;

import io.xdp4j.tools.report.ReportOptions;
import java.time.Duration;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Options of the redirecting modes of xdp-bench.
final class RedirectOptions implements ReportOptions {
    @Mixin private BenchOptions bench = new BenchOptions();

    @Mixin private ModeOption mode = new ModeOption();

    @Option(
            names = {"-s", "--stats"},
            description = "also count successful redirects, which costs an event a packet")
    private boolean stats;

    ModeOption mode() {
        return mode;
    }

    @Override
    public Duration interval() {
        return bench.interval();
    }

    @Override
    public boolean verbose() {
        return bench.verbose();
    }

    @Override
    public boolean stats() {
        return stats;
    }
}
