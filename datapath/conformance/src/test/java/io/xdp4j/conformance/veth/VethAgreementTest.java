package io.xdp4j.conformance.veth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The same objects, frames and steps on the kernel's veth pairs and on ours leave the same counters
/// and deliver the same bytes.
final class VethAgreementTest {
    private static final List<String> TOOLS =
            List.of("ip", "ethtool", "bpftool", "chrt", "taskset", "pgrep");

    @BeforeEach
    void needsTools() {
        for (String tool : TOOLS) {
            assumeTrue(isInstalled(tool), "needs the tool " + tool);
        }
    }

    private static boolean isInstalled(String tool) {
        String path = System.getenv("PATH") + File.pathSeparator + "/usr/sbin";
        return Stream.of(path.split(File.pathSeparator, -1))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, tool)));
    }

    static List<Scenario> scenarios() {
        return Scenario.all();
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void agrees(Scenario scenario) {
        Outcome expected = play(scenario, new KernelLab());
        Outcome ours = play(scenario, new DatapathLab());
        assertThat(ours.lines()).containsExactlyElementsOf(expected.lines());
    }

    private static Outcome play(Scenario scenario, VethLab lab) {
        try (lab) {
            scenario.play(lab);
            return lab.outcome();
        }
    }

    /// While programs take turns, which frame meets which is open; that each meets one is not.
    @Test
    void swappingProgramsUnderLoadLosesNothing() throws InterruptedException {
        int rounds = 12;
        int frames = 100;
        for (VethLab lab : List.of(new KernelLab(), new DatapathLab())) {
            try (lab) {
                lab.attach("a1", "xdp_basic", "xdp_pass", false);
                Thread sender =
                        Thread.ofPlatform()
                                .start(() -> {
                                    for (int i = 0; i < rounds; i++) {
                                        lab.send("a0", Scenario.frames(i * frames, 100, frames));
                                    }
                                });
                while (sender.isAlive()) {
                    lab.attach("a1", "xdp_basic", "xdp_drop", false);
                    lab.attach("a1", "xdp_basic", "xdp_pass", false);
                }
                sender.join();
                Outcome outcome = lab.outcome();
                long dropped = outcome.ethtool("a1", "rx_queue_0_xdp_drops");
                List<String> passed =
                        new ArrayList<>(outcome.delivered().getOrDefault("a1", List.of()));
                assertThat(outcome.ethtool("a1", "rx_queue_0_xdp_packets"))
                        .isEqualTo((long) rounds * frames);
                assertThat(dropped + passed.size()).isEqualTo((long) rounds * frames);
                assertThat(passed).doesNotHaveDuplicates();
                assertThat(outcome.ethtool("a1", "rx_queue_0_drops")).isZero();
            }
        }
    }
}
