package io.xdp4j.tools;

import io.xdp4j.tools.session.DurationConverter;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Options of every command that runs a datapath.
final class RunOptions {
    @Option(
            names = "--duration",
            paramLabel = "T",
            converter = DurationConverter.class,
            description =
                    "stop after this time, such as 10s, 500ms, 2m; without it run until Ctrl-C")
    @Nullable Duration duration;

    @Option(names = "--json", description = "print JSON, one object a line, and nothing else")
    boolean json;
}
