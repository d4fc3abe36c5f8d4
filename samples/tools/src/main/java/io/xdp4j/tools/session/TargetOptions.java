package io.xdp4j.tools.session;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which datapath a tool works with, and how long.
public final class TargetOptions {
    /// How an own datapath drives interfaces.
    public enum Transport {
        AUTO,
        AF_PACKET,
        AF_XDP;

        @Override
        public String toString() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    @Option(
            names = "--datapath",
            paramLabel = "PID|PATH",
            description =
                    "the running datapath to work with; without it the one that has the device")
    @Nullable String datapath;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "run the datapath that a YAML file describes, and work with that")
    @Nullable Path config;

    @Option(
            names = "--workers",
            paramLabel = "N",
            description = "worker threads of an own datapath (default: the number of CPUs)")
    @Nullable Integer workers;

    @Option(
            names = "--queues",
            paramLabel = "N",
            description = "receive queues of each interface of an own datapath (default: 1)")
    int queues = 1;

    @Option(
            names = "--transport",
            paramLabel = "T",
            description = "${COMPLETION-CANDIDATES}; default ${DEFAULT-VALUE}")
    Transport transport = Transport.AUTO;

    @Option(
            names = "--object",
            paramLabel = "FILE",
            description = "an eBPF object in place of the tool's own, such as the kernel's")
    @Nullable Path object;

    @Option(
            names = "--duration",
            paramLabel = "T",
            converter = DurationConverter.class,
            description = "stop after this time, such as 10s; without it run until Ctrl-C")
    @Nullable Duration duration;

    @Option(names = "--json", description = "print JSON, one object a line, and nothing else")
    boolean json;

    public boolean json() {
        return json;
    }

    /// The description of an own datapath that the user named, null for none.
    public @Nullable Path config() {
        return config;
    }

    /// When to stop, null for never.
    public @Nullable Duration duration() {
        return duration;
    }

    /// The object that the user named, null for the tool's own.
    public @Nullable Path object() {
        return object;
    }
}
