package io.xdp4j.conformance.netns;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.conformance.tool.Json;
import io.xdp4j.conformance.tool.RunningTool;
import io.xdp4j.testkit.Frames;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The switch over AF_XDP ports, between hosts with default offloads.
final class AfXdpSwitchTest {
    private static final long TEN_MB = 10_000_000;

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

    @ParameterizedTest
    @ValueSource(strings = {"1", "2"})
    void hostsTalkWhateverTheirOffloads(String workers) {
        lab.startSwitch("--transport", "af_xdp", "--workers", workers);
        lab.tool().awaitLog("p1: AF_XDP: no native zero-copy", Lab.PATIENCE);
        lab.tool().awaitLog("p1: AF_XDP in mode native copy", Lab.PATIENCE);
        lab.assertAllPing();
        lab.assertPings(1, Lab.address(2), "-s", "20000");
        lab.assertPings(2, Lab.address6(3), "-s", "20000");
        Transfer.assertArrivesWhole(lab.host(1), lab.host(2), Lab.address(2), TEN_MB);
        Transfer.assertArrivesWhole(lab.host(2), lab.host(3), Lab.address6(3), TEN_MB);
        try (Iperf server = Iperf.serve(lab.host(2))) {
            Json end = server.run(lab.host(1), Lab.address(2), "-t", "1");
            assertThat(end.at("sum_received", "bytes").number()).isGreaterThan(1_000_000);
        }
        Json summary = lab.stop();
        assertThat(summary.at("devices").list())
                .allMatch(port -> port.at("transport").text().equals("af_xdp"))
                .allMatch(port -> port.at("rx_packets").number() > 0)
                .allMatch(port -> port.at("tx_packets").number() > 0);
        assertNothingAttached();
    }

    @Test
    void udpChecksumsLeftOpenArriveRight() {
        lab.startSwitch("--transport", "af_xdp");
        try (Iperf server = Iperf.serve(lab.host(3))) {
            Json end = server.run(lab.host(1), Lab.address(3), "-u", "-b20M", "-t1");
            long sent = end.at("sum", "packets").number();
            assertThat(sent).isGreaterThan(500);
            assertThat(end.at("sum", "lost_packets").number()).isLessThan(sent / 2);
        }
        lab.stop();
    }

    @Test
    void taggedFramesPassAsTheyCame() {
        lab.startSwitch("--transport", "af_xdp");
        try (RawLink one = RawLink.open(lab.host(1));
                RawLink other = RawLink.open(lab.host(2))) {
            byte[] frame =
                    Frames.ethernet()
                            .vlan(0x8100, 3, 100)
                            .ipv4("10.7.0.1", "10.7.0.2")
                            .udp(7, 7)
                            .payload("tagged")
                            .build();
            RawLink.assertCrosses(one, frame, other);
        }
        lab.stop();
    }

    @Test
    void genericModeForwardsToo() {
        for (int host = 1; host <= lab.hosts(); host++) {
            lab.host(host).exec("ethtool", "-K", "eth0", "tso", "off", "gso", "off");
        }
        lab.startFile(
                """
                devices:
                  - {name: p1, transport: af_xdp, interface: p1, xdp: {mode: generic}}
                  - {name: p2, transport: af_xdp, interface: p2, xdp: {mode: generic}}
                  - {name: p3, transport: af_xdp, interface: p3, xdp: {mode: generic, ring-size: 64}}
                switch: {ports: [p1, p2, p3]}
                """);
        lab.assertAllPing();
        Transfer.assertArrivesWhole(lab.host(1), lab.host(2), Lab.address(2), TEN_MB);
        lab.stop();
        assertNothingAttached();
    }

    @Test
    void portsOfBothKindsForwardToEachOther() {
        lab.startFile(
                """
                workers: 2
                devices:
                  - {name: p1, transport: af_xdp, interface: p1}
                  - {name: p2, transport: af_packet, interface: p2}
                  - {name: p3, transport: auto, interface: p3}
                switch: {ports: [p1, p2, p3]}
                """);
        lab.tool().awaitLog("p3: auto: af_xdp not taken: a virtual interface", Lab.PATIENCE);
        lab.assertAllPing();
        Transfer.assertArrivesWhole(lab.host(1), lab.host(2), Lab.address(2), TEN_MB);
        Transfer.assertArrivesWhole(lab.host(2), lab.host(1), Lab.address(1), TEN_MB);
        lab.stop();
    }

    @Test
    void autoTakesAfXdpWhereFramesAreToBeAsOnTheWire() {
        lab.startFile(
                """
                devices:
                  - {name: p1, transport: auto, interface: p1, offloads: off}
                  - {name: p2, transport: auto, interface: p2, offloads: off}
                switch: {ports: [p1, p2]}
                """);
        lab.tool().awaitLog("p1: AF_XDP in mode native copy", Lab.PATIENCE);
        lab.assertPings(1, Lab.address(2));
        lab.stop();
    }

    @Test
    void killedProcessLeavesNoProgram() {
        RunningTool tool = lab.startSwitch("--transport", "af_xdp");
        assertThat(attached("p1")).isTrue();
        tool.close();
        Await.until("no program attached", () -> !attached("p1") && !attached("p2"));
    }

    @Test
    void portSurvivesItsInterface() {
        lab.startFile(
                """
                devices:
                  - {name: p1, transport: af_xdp, interface: p1}
                  - {name: p2, transport: af_xdp, interface: p2}
                  - {name: p3, transport: af_xdp, interface: p3}
                switch: {ports: [p1, p2, p3]}
                """);
        try (Iperf server = Iperf.serve(lab.host(3));
                Iperf.Load load = server.load(lab.host(1), Lab.address(3), "-t", "60")) {
            lab.hub().ip("link", "set", "p2", "down");
            awaitUp("p2", false);
            lab.hub().ip("link", "set", "p2", "up");
            awaitUp("p2", true);
            lab.assertPings(1, Lab.address(2));
            lab.hub().ip("link", "del", "p2");
            awaitUp("p2", false);
            lab.connect(2);
            awaitUp("p2", true);
            lab.assertPings(1, Lab.address(2));
            assertThat(load.isRunning()).as("the other ports went on").isTrue();
        }
        lab.stop();
        assertNothingAttached();
    }

    @Test
    void interfaceRemovedUnderLoadLosesNothingUncounted() {
        lab.startSwitch("--transport", "af_xdp");
        try (Iperf server = Iperf.serve(lab.host(2));
                Iperf.Load load =
                        server.load(lab.host(1), Lab.address(2), "-u", "-b100M", "-t60")) {
            lab.tool()
                    .awaitStats(
                            "traffic",
                            Lab.PATIENCE,
                            stats -> stats.at("devices", "p2", "tx_packets").number() > 1000);
            lab.hub().ip("link", "del", "p2");
            awaitUp("p2", false);
            lab.connect(2);
            awaitUp("p2", true);
            assertThat(load.isRunning()).isTrue();
        }
        lab.stop();
    }

    @Test
    void queuesOfAnInterfaceAllReceive() {
        lab.host(1).exec("ethtool", "-L", "eth0", "tx", "1");
        lab.hub().exec("ethtool", "-L", "p1", "rx", "2");
        lab.startSwitch("--transport", "af_xdp");
        lab.tool().awaitLog("p1: takes all 2 queues of the interface, not 1", Lab.PATIENCE);
        lab.assertAllPing();
        lab.stop();
    }

    private void awaitUp(String port, boolean up) {
        lab.tool()
                .awaitStats(
                        port + " up: " + up,
                        Lab.PATIENCE,
                        stats -> stats.at("devices", port, "up").isTrue() == up);
    }

    private void assertNothingAttached() {
        assertThat(attached("p1")).isFalse();
        assertThat(attached("p2")).isFalse();
    }

    private boolean attached(String port) {
        return lab.hub().ip("link", "show", port).contains("prog/xdp");
    }
}
