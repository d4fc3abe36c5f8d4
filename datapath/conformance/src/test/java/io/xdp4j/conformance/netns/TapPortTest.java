package io.xdp4j.conformance.netns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.xdp4j.conformance.tool.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// A TAP as a port: the stack of the switch's own namespace is a host like the others.
final class TapPortTest {
    private static final String ADDRESS = "10.77.0.100";
    private static final String ADDRESS6 = "fd77::100";
    private static final long TWENTY_MB = 20_000_000;

    private static Lab lab;

    @BeforeAll
    static void connect() {
        assumeTrue(Files.exists(Path.of("/dev/net/tun")), "needs /dev/net/tun");
        lab = Lab.of(2, "ping", "ethtool");
        lab.startFile(
                """
                workers: 2
                devices:
                  - {name: p1, transport: af_packet, interface: p1}
                  - {name: p2, transport: af_packet, interface: p2, queues: 2}
                  - {name: host, transport: tap, interface: tap7, mac: "02:00:00:00:77:64", queues: 2}
                switch: {ports: [p1, p2, host]}
                """);
        lab.hub().addAddress("tap7", ADDRESS + "/24").addAddress("tap7", ADDRESS6 + "/64");
    }

    @AfterAll
    static void account() {
        try (Lab closing = lab) {
            if (closing != null) {
                Json summary = closing.stop();
                assertThat(summary.at("drops").names()).isSubsetOf("SWITCH_SAME_PORT");
                assertThat(closing.hub().ip("-br", "link")).doesNotContain("tap7");
            }
        }
    }

    @Test
    void hostsReachTheTap() {
        lab.assertAllPing();
        lab.assertPings(1, ADDRESS);
        lab.assertPings(2, ADDRESS6, "-s", "5000");
        lab.hub().exec("ping", "-n", "-c2", "-i0.1", "-W5", Lab.address(2));
    }

    @Test
    void tcpArrivesWholeBothWays() {
        Transfer.assertArrivesWhole(lab.host(1), lab.hub(), ADDRESS, TWENTY_MB);
        Transfer.assertArrivesWhole(lab.hub(), lab.host(2), Lab.address(2), TWENTY_MB);
        Transfer.assertArrivesWhole(lab.host(2), lab.hub(), ADDRESS6, TWENTY_MB);
    }

    @Test
    void tapThatIsDownLeavesTheOthersAlone() {
        lab.hub().ip("link", "set", "tap7", "down");
        lab.tool()
                .awaitStats(
                        "the TAP down",
                        Lab.PATIENCE,
                        stats -> !stats.at("devices", "host", "up").isTrue());
        lab.assertPings(1, Lab.address(2));
        lab.hub().ip("link", "set", "tap7", "up");
        lab.tool()
                .awaitStats(
                        "the TAP up again",
                        Lab.PATIENCE,
                        stats -> stats.at("devices", "host", "up").isTrue());
        lab.assertPings(1, ADDRESS);
    }
}
