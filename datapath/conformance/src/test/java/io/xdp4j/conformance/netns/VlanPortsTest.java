package io.xdp4j.conformance.netns;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.conformance.tool.Json;
import io.xdp4j.testkit.Frames;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Hosts 1 and 2 on access ports of the VLANs 10 and 20, host 3 on a trunk whose native VLAN is 30.
final class VlanPortsTest {
    private static final int EXPERIMENTAL = 0x88b5;
    private static final String BROADCAST = "ff:ff:ff:ff:ff:ff";
    private static final long TEN_MB = 10_000_000;

    private static Lab lab;

    @BeforeAll
    static void connect() {
        lab = Lab.of(4, "ping", "ethtool");
        lab.startFile(
                """
                workers: 2
                devices:
                  - {name: p1, transport: af_packet, interface: p1}
                  - {name: p2, transport: af_packet, interface: p2}
                  - {name: p3, transport: af_packet, interface: p3}
                  - {name: p4, transport: af_packet, interface: p4}
                switch:
                  ports:
                    - {device: p1, vlan: {mode: access, pvid: 10}}
                    - {device: p2, vlan: {mode: access, pvid: 20}}
                    - {device: p3, vlan: {mode: trunk, allowed: [10, 20], native: 30}}
                    - {device: p4, vlan: {mode: access, pvid: 30}}
                """);
        lab.host(1).addAddress("eth0", VlanInterfaces.address(1, 10) + "/24");
        lab.host(2).addAddress("eth0", VlanInterfaces.address(2, 20) + "/24");
        VlanInterfaces.add(lab, 3, 10, 20);
    }

    @AfterAll
    static void account() {
        try (Lab closing = lab) {
            if (closing != null) {
                Json summary = closing.stop();
                assertThat(summary.at("drops").names())
                        .as("drops: " + summary.at("drops"))
                        .contains("SWITCH_VLAN_INGRESS")
                        .isSubsetOf(
                                "SWITCH_VLAN_INGRESS", "SWITCH_VLAN_EGRESS", "REDIRECT_NO_ENTRY");
            }
        }
    }

    @Test
    void trunkReachesBothAccessPorts() {
        lab.assertPings(3, VlanInterfaces.address(1, 10));
        lab.assertPings(3, VlanInterfaces.address(2, 20));
        lab.assertPings(1, VlanInterfaces.address(3, 10), "-s", "10000");
    }

    @Test
    void tcpArrivesWholeBetweenAccessAndTrunk() {
        Transfer.assertArrivesWhole(
                lab.host(1), lab.host(3), VlanInterfaces.address(3, 10), TEN_MB);
        Transfer.assertArrivesWhole(
                lab.host(3), lab.host(2), VlanInterfaces.address(2, 20), TEN_MB);
    }

    @Test
    void nativeVlanIsUntagged() {
        lab.assertPings(3, Lab.address(4));
        Transfer.assertArrivesWhole(lab.host(4), lab.host(3), Lab.address(3), TEN_MB);
    }

    @Test
    void vlansAreApart() {
        assertThat(lab.pings(1, Lab.address(2))).as("10 to 20").isFalse();
        assertThat(lab.pings(1, Lab.address(4))).as("10 to 30").isFalse();
    }

    @Test
    void accessPortSendsUntaggedAndTrunkTagged() {
        byte[] plain = frame(Frames.ethernet(), "both ways");
        byte[] tagged = frame(Frames.ethernet().vlan(10), "both ways");
        try (RawLink access = RawLink.open(lab.host(1));
                RawLink trunk = RawLink.open(lab.host(3))) {
            access.send(plain);
            assertThat(trunk.receive(5000, frame -> Arrays.equals(frame, tagged))).isPresent();
            trunk.send(tagged);
            assertThat(access.receive(5000, frame -> Arrays.equals(frame, plain))).isPresent();
        }
    }

    @Test
    void foreignVlansEndAtThePort() {
        byte[] foreign = frame(Frames.ethernet().vlan(99), "foreign");
        byte[] own = frame(Frames.ethernet().vlan(20), "own");
        try (RawLink trunk = RawLink.open(lab.host(3));
                RawLink access = RawLink.open(lab.host(2))) {
            trunk.send(foreign);
            trunk.send(own);
            assertThat(access.receive(5000, VlanPortsTest::isExperimental))
                    .hasValue(frame(Frames.ethernet(), "own"));
        }
    }

    private static boolean isExperimental(byte[] frame) {
        return ((frame[12] & 0xff) << 8 | (frame[13] & 0xff)) == EXPERIMENTAL;
    }

    private static byte[] frame(Frames start, String text) {
        return start.to(BROADCAST).etherType(EXPERIMENTAL).payload(text).build();
    }
}
