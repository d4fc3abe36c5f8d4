package io.xdp4j.tools;

import io.xdp4j.config.DatapathConfig;
import io.xdp4j.tools.exit.ExitCode;
import io.xdp4j.tools.session.SampleObjects;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `xdp4j demo`: generator, load balancer, veth chain and switch, without privilege.
@Command(
        name = "demo",
        description = {
            "Show the datapath at work, without privilege or interface.",
            "An emulated 4-queue NIC with a generator, a flow load balancer over"
                    + " cpumap, a veth chain and a learning switch. Ends by itself."
        },
        mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
    private static final Duration DEFAULT_DURATION = Duration.ofSeconds(10);

    @Mixin private RunOptions options = new RunOptions();

    @Option(
            names = "--ebpf",
            description = "run the eBPF objects of samples/bpf in place of the Java programs")
    private boolean ebpf;

    @Override
    public Integer call() {
        if (options.duration == null) {
            options.duration = DEFAULT_DURATION;
        }
        DatapathSession.run("demo", ebpf ? withObjects() : withJava(), options);
        return ExitCode.OK;
    }

    private static DatapathConfig withJava() {
        return DatapathConfig.parse(text("demo.yaml"), "demo.yaml");
    }

    private static DatapathConfig withObjects() {
        String name = "demo-ebpf.yaml";
        SampleObjects objects =
                SampleObjects.extract(
                        "xdp_redirect_cpu.bpf.o", "xdp_forward.bpf.o", "xdp_switch.bpf.o");
        return DatapathConfig.parse(text(name), objects.file(name).toString());
    }

    private static String text(String name) {
        try (InputStream in = DemoCommand.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is not in the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
