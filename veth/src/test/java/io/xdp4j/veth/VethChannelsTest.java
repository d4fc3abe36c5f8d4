package io.xdp4j.veth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.DeviceException;
import io.xdp4j.core.device.DeviceSpec;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.testkit.DatapathTest;
import io.xdp4j.testkit.FakeNic;
import io.xdp4j.testkit.LedgerAssert;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

@DatapathTest
final class VethChannelsTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    private static VethPair twoQueues(Datapath datapath) {
        return VethPair.open(
                datapath, new DeviceSpec("v0", "veth", Map.of("peer", "v1", "queues", 2)));
    }

    private static void assertInvalid(VethDevice device, int rx, int tx, String reason) {
        assertThatThrownBy(() -> device.setChannels(rx, tx))
                .isInstanceOf(DeviceException.class)
                .hasMessage(device + ": EINVAL: " + reason);
    }

    @Test
    void countsMustBeAmongThoseMade(Datapath datapath) {
        VethDevice device = twoQueues(datapath).first();
        assertInvalid(device, 0, 1, "rx-queues: 0 (expected: 1..2)");
        assertInvalid(device, 1, 0, "tx-queues: 0 (expected: 1..2)");
        assertInvalid(device, 3, 1, "rx-queues: 3 (expected: 1..2)");
        assertInvalid(device, 1, 3, "tx-queues: 3 (expected: 1..2)");
        assertThat(device.realRxQueues()).isEqualTo(2);
    }

    @Test
    void aProgramNeedsAReceiveQueueForEachTransmitQueue(Datapath datapath) {
        VethPair pair = twoQueues(datapath);
        pair.first().setChannels(1, 2);
        pair.first().setChannels(2, 2);
        pair.first().attach(Programs.PASS);
        assertInvalid(
                pair.first(),
                1,
                2,
                "rx-queues: 1 (expected: >= the 2 of peer v1 with a program here)");
        pair.first().setChannels(2, 1);
        pair.second().setChannels(1, 1);
        pair.second().attach(Programs.PASS);
        assertInvalid(
                pair.first(),
                2,
                2,
                "tx-queues: 2 (expected: <= the 1 of peer v1 with a program there)");
        pair.first().setChannels(1, 1);
    }

    @Test
    void carriersComeBackAfterwards(Datapath datapath) {
        VethPair pair = twoQueues(datapath).up();
        pair.first().setChannels(1, 1);
        assertThat(pair.first().hasCarrier()).isTrue();
        assertThat(pair.second().hasCarrier()).isTrue();
        pair.second().down();
        pair.first().setChannels(2, 2);
        assertThat(pair.first().hasCarrier()).isFalse();
    }

    @Test
    void framesGoToTheQueuesInUseOnly(Datapath datapath) {
        VethPair pair = twoQueues(datapath).up();
        pair.first().setChannels(2, 1);
        pair.second().attach(Programs.DROP);
        pair.second().setChannels(1, 2);
        FakeNic nic = FakeNic.builder(datapath, "nic0").queues(2).up();
        nic.attach(Programs.redirectTo(pair.first()));
        nic.inject(0, TestFrames.of(3, 60)).inject(1, TestFrames.of(4, 60)).awaitProcessed(SOON);
        LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.XDP_DROP, 7L));
        assertThat(pair.second().ethtoolStats())
                .containsEntry("rx_queue_0_xdp_packets", 7L)
                .doesNotContainKey("rx_queue_1_xdp_packets");
        pair.second().setChannels(2, 2);
        nic.inject(0, TestFrames.of(3, 60)).inject(1, TestFrames.of(4, 60)).awaitProcessed(SOON);
        LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.XDP_DROP, 14L));
        assertThat(pair.second().linkStats().rxPackets()).isEqualTo(14);
        assertThat(pair.second().ethtoolStats())
                .hasEntrySatisfying("rx_queue_1_xdp_packets", n -> assertThat(n).isPositive());
    }

    @Test
    void aHostFrameOnATransmitQueueWithoutCounterpartTakesThePlainWay(Datapath datapath) {
        VethPair pair =
                VethPair.open(
                        datapath, new DeviceSpec("v0", "veth", Map.of("peer", "v1", "queues", 2)));
        pair.up().second().setGro(true);
        pair.second().setChannels(1, 2);
        HostSender.on(pair.first()).send(1, TestFrames.of(4, 60));
        LedgerAssert.settled(datapath).hasPassed(4).hasNoDrops();
        assertThat(pair.second().ethtoolStats()).containsEntry("rx_queue_0_xdp_packets", 0L);
    }

    @Test
    void queuesChangeUnderLoadWithoutLosingCount(Datapath datapath) {
        VethPair pair = twoQueues(datapath).up();
        pair.first().setChannels(2, 1);
        pair.second().attach(Programs.PASS);
        FakeNic nic = FakeNic.builder(datapath, "nic0").queues(2).up();
        nic.attach(Programs.redirectTo(pair.first()));
        for (int round = 0; round < 50; round++) {
            nic.inject(0, TestFrames.of(40, 60)).inject(1, TestFrames.of(40, 60));
            pair.second().setChannels(1 + round % 2, 2);
        }
        nic.awaitProcessed(SOON);
        LedgerAssert.settled(datapath).hasIn(4000).hasTransmitted(0);
    }
}
