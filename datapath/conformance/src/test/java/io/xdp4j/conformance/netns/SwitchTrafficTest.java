package io.xdp4j.conformance.netns;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.conformance.tool.Json;
import io.xdp4j.testkit.Frames;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Three Linux hosts with default offloads, `xdp4j switch` between them.
final class SwitchTrafficTest {
    private static final long FIFTY_MB = 50_000_000;
    private static final long TEN_MB = 10_000_000;

    private static Lab lab;

    @BeforeAll
    static void connect() {
        lab = Lab.of(3, "ping", "iperf3", "ethtool");
        lab.startSwitch();
    }

    @AfterAll
    static void account() {
        try (Lab closing = lab) {
            if (closing != null) {
                assertThat(closing.tool().residentMegabytes()).isLessThan(400);
                Json summary = closing.stop();
                assertThat(summary.at("devices").list())
                        .allMatch(port -> port.at("rx_packets").number() > 0)
                        .allMatch(port -> port.at("tx_packets").number() > 0);
            }
        }
    }

    @Test
    void allHostsReachEachOther() {
        lab.assertAllPing();
    }

    @Test
    void fragmentedPacketsArrive() {
        lab.assertPings(1, Lab.address(2), "-s", "20000");
        lab.assertPings(2, Lab.address6(3), "-s", "20000");
    }

    @Test
    void tcpArrivesWholeBothWays() {
        Transfer.assertArrivesWhole(lab.host(1), lab.host(2), Lab.address(2), FIFTY_MB);
        Transfer.assertArrivesWhole(lab.host(2), lab.host(1), Lab.address(1), FIFTY_MB);
    }

    @Test
    void tcpOverIpv6ArrivesWhole() {
        Transfer.assertArrivesWhole(lab.host(3), lab.host(1), Lab.address6(1), FIFTY_MB);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-R"})
    void iperfMeasuresTcp(String direction) {
        try (Iperf server = Iperf.serve(lab.host(2))) {
            Json end =
                    direction.isEmpty()
                            ? server.run(lab.host(1), Lab.address(2), "-t", "1")
                            : server.run(lab.host(1), Lab.address(2), "-t", "1", direction);
            assertThat(end.at("sum_received", "bytes").number()).isGreaterThan(1_000_000);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-R"})
    void iperfMeasuresUdp(String direction) {
        try (Iperf server = Iperf.serve(lab.host(3))) {
            Json end =
                    direction.isEmpty()
                            ? server.run(lab.host(1), Lab.address(3), "-u", "-b20M", "-t1")
                            : server.run(
                                    lab.host(1), Lab.address(3), "-u", "-b20M", "-t1", direction);
            long sent = end.at("sum", "packets").number();
            long lost = end.at("sum", "lost_packets").number();
            assertThat(sent).isGreaterThan(500);
            assertThat(lost).isLessThan(sent / 2);
        }
    }

    @Test
    void taggedFramesPassAsTheyCame() {
        try (RawLink one = RawLink.open(lab.host(1));
                RawLink other = RawLink.open(lab.host(2))) {
            for (int priority = 0; priority < 8; priority++) {
                byte[] frame =
                        Frames.ethernet()
                                .vlan(0x8100, priority, 4094 - priority)
                                .ipv4("10.7.0.1", "10.7.0.2")
                                .udp(7, 7)
                                .payload("tagged")
                                .build();
                RawLink.assertCrosses(one, frame, other);
            }
            byte[] twice =
                    Frames.ethernet()
                            .vlan(0x88a8, 3, 100)
                            .vlan(7)
                            .etherType(0x88b5)
                            .pad(64)
                            .build();
            RawLink.assertCrosses(one, twice, other);
        }
    }

    @Test
    void tcpArrivesWholeInAVlan() {
        VlanInterfaces.add(lab, 1, 7);
        VlanInterfaces.add(lab, 2, 7);
        lab.assertPings(1, VlanInterfaces.address(2, 7));
        Transfer.assertArrivesWhole(lab.host(1), lab.host(2), VlanInterfaces.address(2, 7), TEN_MB);
        Transfer.assertArrivesWhole(lab.host(2), lab.host(1), VlanInterfaces.address(1, 7), TEN_MB);
    }
}
