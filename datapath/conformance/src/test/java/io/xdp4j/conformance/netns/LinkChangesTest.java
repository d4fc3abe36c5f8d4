package io.xdp4j.conformance.netns;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.conformance.tool.Json;
import io.xdp4j.testkit.Frames;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Links go down, away and come back under load; only their own port notices.
final class LinkChangesTest {

    private static final String MOVING = "02:00:00:00:aa:01";

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
        lab.launchQuickSwitch().awaitUp();
        try (Iperf server = Iperf.serve(lab.host(2));
                Iperf.Load load = server.load(lab.host(1), Lab.address(2), "-t", "60")) {
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
            assertThat(load.isRunning()).as("all that was one connection").isTrue();
        }
        Json summary = lab.stop();
        assertThat(summary.at("drops").names())
                .as("drops: " + summary.at("drops"))
                .isSubsetOf(
                        "DEVMAP_XMIT_ERROR",
                        "REDIRECT_DEVICE_DOWN",
                        "REDIRECT_NO_ENTRY",
                        "TX_DEVICE_DOWN",
                        "TX_RING_FULL");
    }

    @Test
    void removedInterfaceComesBackUnderItsName() {
        lab.launchQuickSwitch().awaitUp();
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
        lab.launchQuickSwitch().awaitUp();
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
        lab.launchQuickSwitch();
        lab.tool().awaitLog("p2: interface is down; the port waits for it", Lab.PATIENCE);
        lab.tool().awaitLog("p3: no carrier; the port waits for it", Lab.PATIENCE);
        awaitUp("p1", true);
        lab.hub().ip("link", "set", "p2", "up");
        lab.host(3).ip("link", "set", "eth0", "up");
        awaitUp("p2", true);
        awaitUp("p3", true);
        lab.assertPings(1, Lab.address(2));
        lab.assertPings(1, Lab.address(3));
        lab.stop();
    }

    @Test
    void addressesBehindALostLinkAreForgotten() {
        lab.launchQuickSwitch().awaitUp();
        byte[] hello =
                Frames.ethernet().from(MOVING).to(Lab.mac(1)).etherType(0x88b5).pad(60).build();
        byte[] call = Frames.ethernet().from(Lab.mac(1)).to(MOVING).etherType(0x88b5).build();
        try (RawLink one = RawLink.open(lab.host(1));
                RawLink two = RawLink.open(lab.host(2));
                RawLink three = RawLink.open(lab.host(3))) {
            RawLink.assertCrosses(two, hello, one);
            RawLink.assertCrosses(one, call, two);
            assertThat(three.receive(0, frame -> Arrays.equals(frame, call))).isEmpty();
            lab.hub().ip("link", "set", "p2", "down");
            Await.until(
                    "frames to the address are flooded",
                    () -> {
                        one.send(call);
                        return three.receive(100, frame -> Arrays.equals(frame, call)).isPresent();
                    });
        }
        lab.stop();
    }

    private void awaitUp(String port, boolean up) {
        lab.tool()
                .awaitStats(
                        port + " up: " + up,
                        Lab.PATIENCE,
                        stats -> stats.at("devices", port, "up").isTrue() == up);
    }

    /// Waits until a port sends more than ten megabytes.
    private void awaitTraffic(String port) {
        long[] first = {-1};
        lab.tool()
                .awaitStats(
                        "traffic out of " + port,
                        Lab.PATIENCE,
                        stats -> {
                            long bytes = stats.at("devices", port, "tx_bytes").number();
                            if (first[0] < 0) {
                                first[0] = bytes;
                            }
                            return bytes - first[0] > 10_000_000;
                        });
    }
}
