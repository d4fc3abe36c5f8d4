package io.xdp4j.conformance.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.xdp4j.conformance.Repository;
import io.xdp4j.conformance.tool.Json;
import io.xdp4j.conformance.tool.Ledgers;
import io.xdp4j.conformance.tool.ToolCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The kernel's own sample objects, compiled from Debian's linux-source, under our user sides.
final class KernelSamplesTest {
    private static final int FRAMES = 10_000;
    private static final long BUILD_SECONDS = 120;
    private static final Path OBJECTS =
            Repository.root().resolve("datapath/conformance/target/kernel-samples");
    private static final String CONFIG =
            "datapath/conformance/src/test/resources/scenarios/tools-nic.yaml";

    /// Compiles them, once after a clean.
    @BeforeAll
    static void compile() throws IOException, InterruptedException {
        if (Files.exists(OBJECTS.resolve("xdp_fwd.o"))) {
            return;
        }
        try (Stream<Path> sources = Files.list(Path.of("/usr/src"))) {
            assumeTrue(
                    sources.anyMatch(file -> file.toString().matches(".*/linux-source-.*tar.xz")),
                    "needs the package linux-source");
        }
        for (String tool : List.of("clang", "bpftool")) {
            assumeTrue(
                    Stream.of(System.getenv("PATH").split(":", -1))
                            .anyMatch(dir -> Files.isExecutable(Path.of(dir, tool))),
                    "needs the " + tool + " tool");
        }
        Process build =
                new ProcessBuilder("samples/kernel-objects.sh", OBJECTS.toString())
                        .directory(Repository.root().toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                        .start();
        assertThat(build.waitFor(BUILD_SECONDS, TimeUnit.SECONDS)).as("built in time").isTrue();
        assertThat(build.exitValue()).as("kernel-objects.sh").isZero();
    }

    /// Each sees all packets, and does with them what ours does.
    @ParameterizedTest
    @CsvSource({
        "xdp_redirect_cpu.o, redirect, xdp_redirect_cpu -d nic0 -c 0 -c 1",
        "xdp_redirect_cpu.o, redirect, xdp_redirect_cpu -d nic0 -c 1 -p xdp_prognum2_round_robin",
        "xdp_redirect_cpu.o, redirect, xdp_redirect_cpu -d nic0 -c 1 -r nic1",
        "xdp_redirect_map.o, redirect, xdp_redirect_map nic0 nic1",
        "xdp_redirect_map.o, redirect, xdp_redirect_map -X nic0 nic1",
        "xdp_redirect.o, redirect, xdp_redirect nic0 nic1",
        "xdp_redirect_map_multi.o, redirect, xdp_redirect_map_multi nic0 nic1",
        "xdp1.o, drop, xdp1 nic0",
        "xdp2.o, tx, xdp2 nic0",
        "xdp_rxq_info.o, drop, xdp_rxq_info -d nic0 -a XDP_DROP -r",
        "xdp_rxq_info.o, tx, xdp_rxq_info -d nic0 -a XDP_TX",
        "xdp_sample_pkts.o, pass, xdp_sample_pkts nic0",
        "xdp_fwd.o, pass, xdp_fwd nic0 nic1",
    })
    void runsUnderOurUserSide(String object, String verdict, String command) {
        String words =
                "%s --object %s --config %s --json"
                        .formatted(command, OBJECTS.resolve(object), CONFIG);
        ToolCommand.Output output = ToolCommand.of(words.split(" ", -1)).run();
        assertThat(output.exitCode()).as(output.toString()).isZero();
        Json summary = Json.parse(output.out().getLast());
        Ledgers.assertBalanced(summary);
        long counted =
                summary.at("devices").list().stream()
                        .filter(device -> device.at("name").text().equals("nic0"))
                        .mapToLong(device -> device.at("xdp", verdict).number())
                        .sum();
        assertThat(counted).as(output.toString()).isEqualTo(FRAMES);
    }
}
