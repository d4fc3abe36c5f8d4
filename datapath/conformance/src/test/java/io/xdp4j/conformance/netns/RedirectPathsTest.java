package io.xdp4j.conformance.netns;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.conformance.tool.Json;
import io.xdp4j.testkit.Frames;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Linux hosts joined by programs and maps instead of a switch; segments of 64 KB go all the way.
final class RedirectPathsTest {
    private static final long TWENTY_MB = 20_000_000;

    private Lab lab;

    @BeforeEach
    void connect() {
        lab = Lab.of(2, "ping", "ethtool");
    }

    @AfterEach
    void close() {
        if (lab != null) {
            lab.close();
        }
    }

    /// Host 1 to 2 over both CPUs and a veth pair, host 2 to 1 by a devmap.
    @Test
    void throughCpuMapAndVethPair() {
        lab.startFile(
                """
                workers: 2
                devices:
                  - {name: p1, transport: af_packet, interface: p1}
                  - {name: p2, transport: af_packet, interface: p2}
                  - {name: a, transport: veth, peer: b, queues: 2}
                cpumaps:
                  - name: cpus
                    entries:
                      - {cpu: 0, qsize: 4096, program: into-a}
                      - {cpu: 1, qsize: 4096, program: into-a}
                devmaps:
                  - name: back
                    type: devmap_hash
                    entries:
                      - {key: 77, device: p1}
                programs:
                  - {name: spread, type: load_balancer, cpumap: cpus, attach: [p1]}
                  - {name: into-a, type: redirect, device: a}
                  - {name: out-of-b, type: redirect, device: p2, attach: [b]}
                  - {name: return, type: redirect, devmap: back, key: 77, attach: [p2]}
                """);
        lab.assertPings(1, Lab.address(2), "-s", "9000");
        lab.assertPings(2, Lab.address6(1));
        Transfer.assertArrivesWhole(lab.host(1), lab.host(2), Lab.address(2), TWENTY_MB);
        Transfer.assertArrivesWhole(lab.host(2), lab.host(1), Lab.address6(1), TWENTY_MB);
        Json summary = lab.stop();
        assertThat(summary.at("devices", "b", "xdp", "redirect").number()).isPositive();
        assertThat(summary.at("cpumap").list()).isNotEmpty();
        assertThat(summary.at("drops").names())
                .as("drops: " + summary.at("drops"))
                .isSubsetOf("CPUMAP_RING_FULL", "DEVMAP_XMIT_ERROR", "CPUMAP_REDIRECT_ERROR");
    }

    @Test
    void backOutOfThePortItCameFrom() {
        lab.startFile(
                """
                workers: 1
                devices:
                  - {name: p1, transport: af_packet, interface: p1}
                  - {name: p2, transport: af_packet, interface: p2}
                programs:
                  - {name: mirror, type: tx, swap-macs: true, attach: [p1]}
                  - {name: sink, type: drop, attach: [p2]}
                """);
        byte[] there = Frames.ethernet().etherType(0x88b5).payload("there and back").build();
        byte[] back =
                Frames.ethernet()
                        .from(Frames.DESTINATION)
                        .to(Frames.SOURCE)
                        .etherType(0x88b5)
                        .payload("there and back")
                        .build();
        try (RawLink one = RawLink.open(lab.host(1));
                RawLink two = RawLink.open(lab.host(2))) {
            one.send(there);
            assertThat(one.receive(5000, frame -> Arrays.equals(frame, back))).isPresent();
            two.send(there);
            assertThat(two.receive(50, frame -> Arrays.equals(frame, back))).isEmpty();
        }
        Json summary = lab.stop();
        assertThat(summary.at("devices", "p1", "xdp", "tx").number()).isPositive();
        assertThat(summary.at("devices", "p2", "xdp", "drop").number()).isPositive();
        assertThat(summary.at("drops").names()).containsExactly("XDP_DROP");
    }
}
