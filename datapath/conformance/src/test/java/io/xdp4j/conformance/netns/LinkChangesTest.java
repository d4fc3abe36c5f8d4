package io.xdp4j.conformance.netns;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.conformance.tool.Json;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Links go down, away and come back under load; only their own port notices.
final class LinkChangesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final String SECONDS_OF_LOAD = "12";

    private Lab lab;

    @BeforeEach
    void connect() {
        lab = Lab.of(3, "ping", "iperf3", "ethtool");
    }

    @AfterEach
    void close() {
        if (lab != null) {
            lab.close();
        }
    }

    @Test
    void trafficResumesAfterFlapsAndOtherPortsKeepGoing() {
        lab.startSwitch();
        try (Iperf server = Iperf.serve(lab.host(2));
                Iperf.Load load =
                        server.load(lab.host(1), Lab.address(2), "-t", SECONDS_OF_LOAD)) {
            awaitTraffic("p2");

            lab.hub().ip("link", "set", "p3", "down");
            awaitUp("p3", false);
            assertThat(lab.pings(1, Lab.address(3))).isFalse();
            awaitTraffic("p2");
            lab.hub().ip("link", "set", "p3", "up");
            awaitUp("p3", true);
            lab.assertPings(1, Lab.address(3));

            lab.hub().ip("link", "set", "p2", "down");
            awaitUp("p2", false);
            lab.assertPings(1, Lab.address(3));
            lab.hub().ip("link", "set", "p2", "up");
            awaitUp("p2", true);
            awaitTraffic("p2");

            lab.host(2).ip("link", "set", "eth0", "down");
            awaitUp("p2", false);
            lab.host(2).ip("link", "set", "eth0", "up");
            awaitUp("p2", true);
            awaitTraffic("p2");

            assertThat(load.awaitEnd().at("sum_received", "bytes").number())
                    .isGreaterThan(1_000_000);
        }
        Json summary = lab.stop();
        assertThat(summary.at("drops").names())
                .as("drops: " + summary.at("drops"))
                .isSubsetOf("REDIRECT_DEVICE_DOWN", "TX_DEVICE_DOWN", "TX_ERROR", "DEVMAP_XMIT_ERROR");
    }

    @Test
    void removedInterfaceComesBackUnderItsName() {
        lab.startSwitch();
        lab.assertAllPing();
        lab.hub().ip("link", "del", "p2");
        awaitUp("p2", false);
        lab.assertPings(1, Lab.address(3));
        lab.connect(2);
        awaitUp("p2", true);
        lab.assertAllPing();
        Transfer.assertArrivesWhole(lab.host(1), lab.host(2), Lab.address(2), 10_000_000);
        lab.stop();
    }

    @Test
    void renamedInterfaceIsGoneUntilItsNameIsBack() {
        lab.startSwitch();
        lab.assertPings(1, Lab.address(2));
        lab.hub().ip("link", "set", "p2", "down");
        lab.hub().ip("link", "set", "p2", "name", "other");
        lab.hub().ip("link", "set", "other", "up");
        awaitUp("p2", false);
        assertThat(lab.pings(1, Lab.address(2))).isFalse();
        lab.hub().ip("link", "set", "other", "down");
        lab.hub().ip("link", "set", "other", "name", "p2");
        lab.hub().ip("link", "set", "p2", "up");
        awaitUp("p2", true);
        lab.assertPings(1, Lab.address(2));
        lab.stop();
    }

    @Test
    void portWithoutCarrierWaitsForIt() {
        lab.host(3).ip("link", "set", "eth0", "down");
        lab.hub().ip("link", "set", "p2", "down");
        lab.launchSwitch();
        lab.tool().awaitLog("p2: interface is down; the port waits for it", PATIENCE);
        lab.tool().awaitLog("p3: no carrier; the port waits for it", PATIENCE);
        awaitUp("p1", true);
        lab.hub().ip("link", "set", "p2", "up");
        lab.host(3).ip("link", "set", "eth0", "up");
        awaitUp("p2", true);
        awaitUp("p3", true);
        lab.assertPings(1, Lab.address(2));
        lab.assertPings(1, Lab.address(3));
        lab.stop();
    }

    private void awaitUp(String port, boolean up) {
        lab.tool().awaitStats(
                port + " up: " + up,
                PATIENCE,
                stats -> stats.at("devices", port, "up").isTrue() == up);
    }

    /// Waits until a port sends more than ten megabytes.
    private void awaitTraffic(String port) {
        long[] first = {-1};
        lab.tool().awaitStats(
                "traffic out of " + port,
                PATIENCE,
                stats -> {
                    long bytes = stats.at("devices", port, "tx_bytes").number();
                    if (first[0] < 0) {
                        first[0] = bytes;
                    }
                    return bytes - first[0] > 10_000_000;
                });
    }
}
