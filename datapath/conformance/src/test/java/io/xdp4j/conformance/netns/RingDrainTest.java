package io.xdp4j.conformance.netns;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.conformance.tool.Json;
import io.xdp4j.testkit.Frames;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What the kernel has put into a ring before the end is read, or at least counted.
final class RingDrainTest {
    private static final int FRAMES = 300;

    private Lab lab;

    @BeforeEach
    void connect() {
        lab = Lab.of(1, "ethtool");
    }

    @AfterEach
    void close() {
        if (lab != null) {
            lab.close();
        }
    }

    /// The ring's block is handed over a second after its first frame, and the tool ends before.
    @Test
    void framesOfABlockThatIsNotHandedOverYetAreRead() {
        lab.startFile(
                """
                workers: 1
                devices:
                  - {name: p1, transport: af_packet, interface: p1, ring: {timeout: 1s}}
                programs:
                  - {name: drop, type: drop, attach: [p1]}
                """);
        try (RawLink host = RawLink.open(lab.host(1))) {
            for (int i = 0; i < FRAMES; i++) {
                host.send(Frames.udp4(1, 60));
            }
        }
        Json summary = lab.stop();
        Json port = summary.at("devices").list().getFirst();
        assertThat(port.at("xdp", "drop").number())
                .as(summary.toString())
                .isGreaterThanOrEqualTo(FRAMES);
        assertThat(port.at("rx_dropped").number()).as(summary.toString()).isZero();
    }
}
