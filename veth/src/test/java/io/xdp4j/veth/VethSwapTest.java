package io.xdp4j.veth;

import static io.xdp4j.core.program.XdpAction.XDP_DROP;
import static io.xdp4j.core.program.XdpAction.XDP_PASS;
import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.DeviceSpec;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.core.trace.Ledger;
import io.xdp4j.testkit.DatapathTest;
import io.xdp4j.testkit.FakeNic;
import io.xdp4j.testkit.LedgerAssert;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Control operations while frames flow.
final class VethSwapTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int ROUNDS = 100;
    private static final int BURST = 40;

    private static FakeNic redirecting(Datapath datapath, VethPair pair, int queues) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").queues(queues).up();
        nic.attach(Programs.redirectTo(pair.first()));
        return nic;
    }

    private static void burst(FakeNic nic) {
        nic.inject(0, TestFrames.of(BURST, 60)).inject(1, TestFrames.of(BURST, 60));
    }

    /// One queue feeds one queue on the same worker: nothing overflows, any loss would be the
    /// swap's.
    @Test
    @DatapathTest(workers = 1)
    void replacingAProgramLosesNothing(Datapath datapath) {
        VethPair pair = VethPair.open(datapath, "v0", "v1").up();
        XdpProgram drop = xdp -> XDP_DROP;
        XdpProgram pass = xdp -> XDP_PASS;
        pair.second().attach(drop);
        FakeNic nic = redirecting(datapath, pair, 1);
        for (int round = 0; round < ROUNDS; round++) {
            nic.inject(0, TestFrames.of(BURST, 60));
            pair.second().attach(round % 2 == 0 ? pass : drop);
        }
        nic.awaitProcessed(SOON);
        long frames = (long) ROUNDS * BURST;
        LedgerAssert.settled(datapath).hasIn(frames);
        Ledger ledger = datapath.ledger();
        assertThat(ledger.drops().keySet()).isSubsetOf(Set.of(DropReason.XDP_DROP));
        assertThat(ledger.passed() + ledger.dropped(DropReason.XDP_DROP)).isEqualTo(frames);
        assertThat(pair.second().linkStats().rxPackets()).isEqualTo(frames);
    }

    @Test
    @DatapathTest(workers = 2)
    void removingAProgramLosesOnlyWhatIsCounted(Datapath datapath) {
        VethPair pair = twoQueues(datapath);
        FakeNic nic = redirecting(datapath, pair, 2);
        for (int round = 0; round < ROUNDS; round++) {
            burst(nic);
            pair.second().attach(Programs.PASS);
            burst(nic);
            pair.second().detach();
        }
        nic.awaitProcessed(SOON);
        LedgerAssert.settled(datapath).hasIn(4L * ROUNDS * BURST);
        assertThat(datapath.ledger().drops().keySet())
                .isSubsetOf(
                        Set.of(
                                DropReason.DEVMAP_XMIT_ERROR,
                                DropReason.PEER_WITHOUT_NAPI,
                                DropReason.RING_PURGED));
    }

    @Test
    @DatapathTest(workers = 2)
    void endsGoDownAndUpWhileFramesFlow(Datapath datapath) {
        VethPair pair = twoQueues(datapath);
        pair.second().attach(Programs.TX);
        pair.first().attach(Programs.PASS);
        FakeNic nic = redirecting(datapath, pair, 2);
        for (int round = 0; round < ROUNDS; round++) {
            VethDevice end = round % 2 == 0 ? pair.first() : pair.second();
            burst(nic);
            end.down();
            burst(nic);
            end.up();
        }
        nic.awaitProcessed(SOON);
        LedgerAssert.settled(datapath).hasIn(4L * ROUNDS * BURST).hasTransmitted(0);
    }

    @Test
    @DatapathTest(workers = 2)
    void aPairIsRemovedWhileFramesFlow(Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").queues(2).up();
        for (int round = 0; round < 20; round++) {
            VethPair pair = twoQueues(datapath);
            pair.second().attach(Programs.PASS);
            nic.attach(Programs.redirectTo(pair.first()));
            burst(nic);
            pair.close();
        }
        nic.awaitProcessed(SOON);
        LedgerAssert.settled(datapath).hasIn(40L * BURST);
    }

    private static VethPair twoQueues(Datapath datapath) {
        return VethPair.open(
                        datapath, new DeviceSpec("v0", "veth", Map.of("peer", "v1", "queues", 2)))
                .up();
    }
}
