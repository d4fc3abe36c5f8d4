package io.xdp4j.conformance.netns;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What the tool changes about an interface while it has it: offloads, promiscuous mode.
///
/// Hosts keep their offloads whatever the ports between them do; [Lab#stop] checks that the ports
/// are afterwards as they were.
final class InterfaceStateTest {
    private static final long TEN_MB = 10_000_000;

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

    @Test
    void programWithoutFragsSeesFramesWithinTheMtu() {
        lab.startFile(
                """
                workers: 1
                devices:
                  - {name: p1, transport: af_packet, interface: p1}
                  - {name: p2, transport: af_packet, interface: p2}
                programs:
                  - name: wire
                    type: class
                    class: io.xdp4j.conformance.netns.CrossConnect
                    attach: [p1, p2]
                """);
        assertThat(segmentation("p1")).as("while the program is attached").contains(": off");
        assertBothWays();
        assertThat(lab.stop().at("drops").names()).isEmpty();
        assertThat(segmentation("p1")).as("afterwards").contains(": on");
    }

    @Test
    void offloadsCanBeTurnedOffForASwitch() {
        lab.startFile(
                """
                workers: 1
                devices:
                  - {name: p1, transport: af_packet, interface: p1, offloads: off}
                  - {name: p2, transport: af_packet, interface: p2, offloads: keep}
                switch: {ports: [p1, p2]}
                """);
        assertThat(segmentation("p1")).contains(": off");
        assertThat(segmentation("p2")).contains(": on");
        assertBothWays();
        lab.stop();
        assertThat(segmentation("p1")).contains(": on");
    }

    @Test
    void portFollowsWhatEthtoolTurnsOff() {
        lab.startSwitch();
        lab.hub().exec("ethtool", "-K", "p2", "tx", "off", "sg", "off", "tso", "off", "gso", "off");
        assertBothWays();
        lab.hub().exec("ethtool", "-K", "p2", "tx", "on", "sg", "on", "tso", "on", "gso", "on");
        assertBothWays();
        lab.stop();
    }

    @Test
    void portIsPromiscuousUnlessToldOtherwise() {
        lab.startFile(
                """
                devices:
                  - {name: p1, transport: af_packet, interface: p1}
                  - {name: p2, transport: af_packet, interface: p2, promiscuous: false}
                switch: {ports: [p1, p2]}
                """);
        assertThat(lab.hub().ip("-d", "link", "show", "p1")).contains("promiscuity 1");
        assertThat(lab.hub().ip("-d", "link", "show", "p2")).contains("promiscuity 0");
        lab.stop();
    }

    private void assertBothWays() {
        lab.assertPings(1, Lab.address(2), "-s", "4000");
        lab.assertPings(2, Lab.address6(1));
        Transfer.assertArrivesWhole(lab.host(1), lab.host(2), Lab.address(2), TEN_MB);
        Transfer.assertArrivesWhole(lab.host(2), lab.host(1), Lab.address6(1), TEN_MB);
    }

    private String segmentation(String port) {
        return lab.hub()
                .exec("ethtool", "-k", port)
                .lines()
                .filter(line -> line.contains("tx-tcp-segmentation"))
                .findFirst()
                .orElseThrow();
    }
}
