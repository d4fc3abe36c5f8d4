package io.xdp4j.tools;

import io.xdp4j.config.DatapathConfig;
import io.xdp4j.tools.exit.ExitCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `xdp4j demo`: generator, load balancer, veth chain and switch, without privilege.
@Command(
        name = "demo",
        description = {
            "Show the datapath at work, without privilege or interface:",
            "an emulated 4-queue NIC with a generator, a flow load balancer over cpumap,",
            "a veth chain and a learning switch. Ends by itself."
        },
        mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
    private static final Duration DEFAULT_DURATION = Duration.ofSeconds(10);
    private static final String CONFIGURATION = "demo.yaml";

    @Mixin private RunOptions options = new RunOptions();

    @Override
    public Integer call() {
        if (options.duration == null) {
            options.duration = DEFAULT_DURATION;
        }
        DatapathSession.run(DatapathConfig.parse(configuration(), CONFIGURATION), options);
        return ExitCode.OK;
    }

    private static String configuration() {
        try (InputStream in = DemoCommand.class.getResourceAsStream(CONFIGURATION)) {
            if (in == null) {
                throw new IllegalStateException(CONFIGURATION + " is not in the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
