package io.xdp4j.veth;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.DeviceSpec;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.testkit.DatapathTest;
import io.xdp4j.testkit.HostCapture;
import io.xdp4j.testkit.LedgerAssert;
import io.xdp4j.testkit.TraceRecorder;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

@DatapathTest
final class VethXdpTxTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    @Test
    void sendsBackToThePeersProgram(Datapath datapath) {
        VethPair pair = VethPair.open(datapath, "v0", "v1").up();
        pair.first().attach(Programs.PASS);
        pair.second().attach(Programs.TX);
        HostSender sender = HostSender.on(pair.first());
        HostCapture host = HostCapture.on(pair.first());
        sender.send(0, TestFrames.of(11, 100));
        assertThat(host.await(11, SOON)).containsExactly(TestFrames.of(11, 100));
        LedgerAssert.settled(datapath).hasIn(11).hasPassed(11).hasTransmitted(0).hasNoDrops();
        assertThat(pair.second().ethtoolStats())
                .containsEntry("rx_queue_0_xdp_tx", 11L)
                .containsEntry("tx_queue_0_xdp_xmit", 0L);
        assertThat(pair.first().ethtoolStats())
                .containsEntry("rx_queue_0_xdp_packets", 11L)
                .containsEntry("rx_queue_0_xdp_bytes", 1100L);
        assertThat(pair.second().linkStats().txPackets()).isEqualTo(11);
    }

    @Test
    void sendsInBulksOfSixteen(Datapath datapath) {
        VethPair pair = VethPair.open(datapath, "v0", "v1").up();
        pair.first().attach(Programs.DROP);
        pair.second().attach(Programs.TX);
        int worker = pair.second().rxQueues().getFirst().worker().index();
        TraceRecorder trace = new TraceRecorder();
        try (var _ = datapath.tracepoints().subscribe(trace)) {
            HostSender.on(pair.first()).send(worker, TestFrames.of(40, 60));
            LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.XDP_DROP, 40L));
        }
        String line = "xdp_bulk_tx ifindex=" + pair.second().ifindex() + " action=TX sent=";
        assertThat(trace.lines("xdp_bulk_tx"))
                .containsExactly(
                        line + "16 drops=0 err=0",
                        line + "16 drops=0 err=0",
                        line + "8 drops=0 err=0");
    }

    @Test
    void towardsAnEndWithoutNapiEveryFrameIsAnErrorOfTheQueue(Datapath datapath) {
        VethPair pair = VethPair.open(datapath, "v0", "v1").up();
        pair.second().attach(Programs.TX);
        HostSender.on(pair.first()).send(0, TestFrames.of(7, 100));
        LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.PEER_WITHOUT_NAPI, 7L));
        assertThat(pair.second().ethtoolStats()).containsEntry("rx_queue_0_xdp_tx_errors", 7L);
        assertThat(pair.first().linkStats().rxDropped()).isEqualTo(7);
        assertThat(pair.second().linkStats().txDropped()).isEqualTo(7);
        assertThat(pair.second().txQueues()).extracting(q -> q.dropped()).containsOnly(0L);
    }

    @Test
    void doesNotWakeAnEndThatHasGroOnly(Datapath datapath) {
        VethPair pair = VethPair.open(datapath, "v0", "v1").up();
        pair.first().setGro(true);
        pair.second().attach(Programs.TX);
        HostSender.on(pair.first()).send(0, TestFrames.of(13, 100));
        awaitReceived(pair.second(), 13);
        assertThat(pair.second().ethtoolStats()).containsEntry("rx_queue_0_xdp_tx", 13L);
        assertThat(pair.first().ethtoolStats()).containsEntry("rx_queue_0_xdp_packets", 0L);
        assertThat(datapath.ledger().inFlight()).as("they lie in the ring").isEqualTo(13);
        // A drain polls it in the end.
        assertThat(datapath.drain(SOON.toNanos()).passed()).isEqualTo(13);
    }

    /// Two rounds: the poll that takes the frames may follow the first.
    private static void awaitReceived(VethDevice device, long frames) {
        while (device.linkStats().rxPackets() < frames) {
            device.datapath().workers().synchronize();
        }
        device.datapath().workers().synchronize();
    }

    @Test
    void framesForADrainingEndAreNotLeftBehind(Datapath datapath) {
        VethPair pair = VethPair.open(datapath, "v0", "v1").up();
        pair.first().setGro(true);
        pair.second().attach(Programs.TX);
        HostSender sender = HostSender.on(pair.first());
        assertThat(datapath.drain(SOON.toNanos()).balanced()).isTrue();
        sender.send(0, TestFrames.of(5, 100));
        LedgerAssert.settled(datapath).hasPassed(5);
    }

    @Test
    void tooLongForThePeerIsAnErrorOfTheQueue(Datapath datapath) {
        VethPair pair = VethPair.open(datapath, "v0", "v1").up();
        pair.first().attach(Programs.PASS);
        pair.second().attach(Programs.TX);
        pair.first().changeMtu(500);
        HostSender.on(pair.first()).send(0, TestFrames.of(2, 519));
        LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.XDP_TX_ERROR, 2L));
        assertThat(pair.second().rxQueues().getFirst().xdpTxErrors()).isEqualTo(2);
        assertThat(pair.first().ethtoolStats()).containsEntry("rx_queue_0_xdp_packets", 0L);
    }

    @Test
    void comesBackOnTheQueueOfTheWorker(Datapath datapath) {
        VethPair pair =
                VethPair.open(
                        datapath, new DeviceSpec("v0", "veth", Map.of("peer", "v1", "queues", 2)));
        pair.up().first().attach(Programs.DROP);
        pair.second().attach(Programs.TX);
        HostSender sender = HostSender.on(pair.first());
        sender.send(0, TestFrames.of(3, 60));
        sender.send(1, TestFrames.of(4, 60));
        LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.XDP_DROP, 7L));
        assertThat(pair.first().ethtoolStats())
                .containsEntry("rx_queue_0_xdp_packets", 3L)
                .containsEntry("rx_queue_1_xdp_packets", 4L);
    }
}
