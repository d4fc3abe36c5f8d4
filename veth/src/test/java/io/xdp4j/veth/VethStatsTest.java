package io.xdp4j.veth;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.DeviceSpec;
import io.xdp4j.core.device.LinkStats;
import io.xdp4j.testkit.DatapathTest;
import io.xdp4j.testkit.LedgerAssert;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The numbers are those that a Linux 6.18 veth showed for the same frames.
@DatapathTest
final class VethStatsTest {
    @Test
    void namesAndOrderAreTheKernels(Datapath datapath) {
        VethPair pair =
                VethPair.open(
                        datapath,
                        new DeviceSpec(
                                "v0",
                                "veth",
                                Map.of("peer", "v1", "rx-queues", 2, "tx-queues", 3)));
        List<String> names = new ArrayList<>(List.of("peer_ifindex"));
        for (int i = 0; i < 2; i++) {
            for (String counter :
                    List.of(
                            "xdp_packets",
                            "xdp_bytes",
                            "drops",
                            "xdp_redirect",
                            "xdp_drops",
                            "xdp_tx",
                            "xdp_tx_errors")) {
                names.add("rx_queue_" + i + "_" + counter);
            }
        }
        for (int i = 0; i < 3; i++) {
            names.add("tx_queue_" + i + "_xdp_xmit");
            names.add("tx_queue_" + i + "_xdp_xmit_errors");
        }
        assertThat(pair.first().ethtoolStats().keySet()).containsExactlyElementsOf(names);
        assertThat(pair.first().ethtoolStats())
                .containsEntry("peer_ifindex", (long) pair.second().ifindex());
    }

    @Test
    void aHostFrameCountsWithoutItsHeaderOnceAProgramTakesIt(Datapath datapath) {
        VethPair pair = VethPair.open(datapath, "v0", "v1").up();
        HostSender sender = HostSender.on(pair.first());
        sender.send(0, TestFrames.of(3, 100));
        LedgerAssert.settled(datapath);
        pair.second().attach(Programs.DROP);
        sender.send(0, TestFrames.of(5, 100));
        LedgerAssert.settled(datapath);
        assertThat(pair.second().ethtoolStats())
                .containsEntry("rx_queue_0_xdp_packets", 5L)
                .containsEntry("rx_queue_0_xdp_bytes", 430L)
                .containsEntry("rx_queue_0_xdp_drops", 5L);
        assertThat(pair.first().linkStats()).isEqualTo(new LinkStats(0, 0, 8, 730, 0, 0));
        assertThat(pair.second().linkStats()).isEqualTo(new LinkStats(8, 730, 0, 0, 0, 0));
    }

    @Test
    void aRedirectedFrameCountsWhole(Datapath datapath) {
        VethPair left = VethPair.open(datapath, "v0", "v1").up();
        VethPair right = VethPair.open(datapath, "v2", "v3").up();
        left.second().attach(Programs.redirectTo(right.first()));
        right.second().attach(Programs.PASS);
        HostSender sender = HostSender.on(left.first());
        sender.send(0, TestFrames.of(5, 100));
        LedgerAssert.settled(datapath).hasPassed(5);
        right.second().changeMtu(1000);
        sender.send(0, TestFrames.of(2, 1018));
        sender.send(0, TestFrames.of(7, 1019));
        LedgerAssert.settled(datapath).hasPassed(7);

        assertThat(left.second().ethtoolStats()).containsEntry("rx_queue_0_xdp_redirect", 14L);
        assertThat(left.second().linkStats()).isEqualTo(new LinkStats(14, 9473, 0, 0, 0, 0));
        assertThat(right.first().ethtoolStats())
                .containsEntry("tx_queue_0_xdp_xmit", 7L)
                .containsEntry("tx_queue_0_xdp_xmit_errors", 7L);
        assertThat(right.first().linkStats()).isEqualTo(new LinkStats(0, 0, 7, 2536, 0, 7));
        assertThat(right.second().linkStats()).isEqualTo(new LinkStats(7, 2536, 0, 0, 7, 0));
    }

    @Test
    void aFailedRedirectCountsAsDroppedOnReceive(Datapath datapath) {
        VethPair pair = VethPair.open(datapath, "v0", "v1").up();
        pair.second().attach(xdp -> xdp.redirect(4711, 0));
        HostSender.on(pair.first()).send(0, TestFrames.of(4, 100));
        LedgerAssert.settled(datapath);
        assertThat(pair.second().ethtoolStats())
                .containsEntry("rx_queue_0_drops", 4L)
                .containsEntry("rx_queue_0_xdp_redirect", 0L)
                .containsEntry("rx_queue_0_xdp_drops", 0L);
        assertThat(pair.second().linkStats().rxDropped()).isEqualTo(4);
    }
}
