package io.xdp4j.veth;

import static io.xdp4j.core.program.XdpAction.XDP_DROP;
import static io.xdp4j.core.program.XdpAction.XDP_PASS;
import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.DeviceSpec;
import io.xdp4j.core.redirect.CpuMap;
import io.xdp4j.core.redirect.DevMap;
import io.xdp4j.core.redirect.UpdateFlags;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.core.trace.Ledger;
import io.xdp4j.testkit.DatapathTest;
import io.xdp4j.testkit.FakeNic;
import io.xdp4j.testkit.HostCapture;
import io.xdp4j.testkit.LedgerAssert;
import io.xdp4j.testkit.TransmittedFrame;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// NIC → a—b → c—d, with a program at each receiving end.
@DatapathTest(workers = 2, frames = 2048)
final class VethChainTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    private static VethPair pair(Datapath datapath, String first, String second, int queues) {
        return VethPair.open(
                        datapath,
                        new DeviceSpec(first, "veth", Map.of("peer", second, "queues", queues)))
                .up();
    }

    @Test
    void everyQueueKeepsItsWorkerAndItsOrder(Datapath datapath) {
        VethPair left = pair(datapath, "a", "b", 2);
        VethPair right = pair(datapath, "c", "d", 2);
        FakeNic nic = FakeNic.builder(datapath, "nic0").queues(2).up();
        nic.attach(Programs.redirectTo(left.first()));
        left.second().attach(Programs.redirectTo(right.first()));
        right.second().attach(xdp -> xdp.rxQueueIndex() == xdp.cpu() ? XDP_PASS : XDP_DROP);
        HostCapture host = HostCapture.on(right.second());

        byte[][] frames = TestFrames.of(500, 200);
        nic.inject(0, frames).inject(1, frames);
        host.await(1000, SOON);

        LedgerAssert.settled(datapath).hasIn(1000).hasPassed(1000).hasNoDrops();
        for (int i = 0; i < 2; i++) {
            int worker = i;
            assertThat(host.received())
                    .filteredOn(frame -> frame.worker() == worker)
                    .extracting(TransmittedFrame::bytes)
                    .containsExactly(frames);
            assertThat(left.second().ethtoolStats())
                    .containsEntry("rx_queue_" + i + "_xdp_redirect", 500L);
            assertThat(right.first().ethtoolStats())
                    .containsEntry("tx_queue_" + i + "_xdp_xmit", 500L);
        }
        assertThat(right.second().linkStats().rxBytes()).isEqualTo(200_000);
    }

    @Test
    void singleQueuesOnDifferentWorkersJoinTwoFlows(Datapath datapath) {
        VethPair left = pair(datapath, "a", "b", 1);
        VethPair right = pair(datapath, "c", "d", 1);
        assertThat(left.second().rxQueues().getFirst().worker())
                .isNotSameAs(right.second().rxQueues().getFirst().worker());
        FakeNic nic = FakeNic.builder(datapath, "nic0").queues(2).up();
        nic.attach(Programs.redirectTo(left.first()));
        left.second().attach(Programs.redirectTo(right.first()));
        right.second().attach(Programs.PASS);
        for (int round = 0; round < 40; round++) {
            nic.inject(0, TestFrames.of(50, 60)).inject(1, TestFrames.of(50, 60));
            nic.awaitProcessed(SOON);
        }
        Ledger ledger = datapath.drain(SOON.toNanos());
        LedgerAssert.assertThat(ledger).isBalanced().hasIn(4000);
        assertThat(ledger.drops().keySet()).isSubsetOf(Set.of(DropReason.DEVMAP_XMIT_ERROR));
        long refused = ledger.dropped(DropReason.DEVMAP_XMIT_ERROR);
        assertThat(left.first().linkStats().txDropped() + right.first().linkStats().txDropped())
                .isEqualTo(refused);
    }

    @Test
    void throughCpumapAndBackOutOfTheNic(Datapath datapath) {
        VethPair left = pair(datapath, "a", "b", 1);
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        DevMap out = new DevMap(datapath, "out", 1);
        out.update(0, nic);
        CpuMap other = new CpuMap(datapath, "other", 2);
        int here = left.second().rxQueues().getFirst().worker().index();
        other.update(1 - here, 512, xdp -> xdp.redirectMap(out, 0, 0), UpdateFlags.BPF_ANY);
        nic.attach(Programs.redirectTo(left.first()));
        left.second().attach(xdp -> xdp.redirectMap(other, 1 - here, 0));
        nic.inject(0, TestFrames.of(200, 100));
        assertThat(nic.awaitTransmitted(200, SOON)).containsExactly(TestFrames.of(200, 100));
        assertThat(nic.transmitted(1 - here)).hasSize(200);
        LedgerAssert.settled(datapath).hasIn(200).hasTransmitted(200).hasNoDrops();
    }

    @Test
    void aBroadcastReachesBothPairs(Datapath datapath) {
        VethPair left = pair(datapath, "a", "b", 1);
        VethPair right = pair(datapath, "c", "d", 1);
        left.second().attach(Programs.PASS);
        right.second().attach(Programs.PASS);
        DevMap all = new DevMap(datapath, "all", 2);
        all.update(0, left.first());
        all.update(1, right.first());
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        nic.attach(xdp -> xdp.redirectMap(all, 0, DevMap.BROADCAST));
        nic.inject(0, TestFrames.of(100, 100)).awaitProcessed(SOON);
        LedgerAssert.settled(datapath).hasIn(200).hasPassed(200).hasNoDrops();
        assertThat(left.second().linkStats().rxPackets()).isEqualTo(100);
        assertThat(right.second().linkStats().rxPackets()).isEqualTo(100);
    }
}
