package io.xdp4j.tools;

import io.xdp4j.config.DatapathConfig;
import io.xdp4j.tools.exit.ExitCode;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `xdp4j run FILE.yaml`: runs the datapath that a file describes.
@Command(
        name = "run",
        description = "Run the datapath that a YAML file describes.",
        mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
    @Mixin private RunOptions options = new RunOptions();

    @Parameters(paramLabel = "FILE", description = "configuration, see config/examples")
    private Path file = Path.of("");

    @Override
    public Integer call() {
        DatapathSession.run("run", DatapathConfig.load(file), options);
        return ExitCode.OK;
    }
}
