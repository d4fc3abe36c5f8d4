package io.xdp4j.veth;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.testkit.DatapathTest;
import io.xdp4j.testkit.LedgerAssert;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What happens to frames in a ring whose NAPI goes. They lie there because XDP_TX does not wake an
/// end that has GRO only.
@DatapathTest
final class VethRingTest {
    private static final int PARKED = 20;

    @SuppressWarnings("NullAway.Init")
    private VethPair pair;

    @BeforeEach
    void parkFramesInTheRingOfTheFirstEnd(Datapath datapath) {
        pair = VethPair.open(datapath, "v0", "v1").up();
        pair.first().setGro(true);
        pair.second().attach(Programs.TX);
        HostSender.on(pair.first()).send(0, TestFrames.of(PARKED, 60));
        while (pair.second().rxQueues().getFirst().xdpTx() < PARKED) {
            datapath.workers().synchronize();
        }
        datapath.workers().synchronize();
        assertThat(datapath.ledger().inFlight()).isEqualTo(PARKED);
    }

    private static void assertPurged(Datapath datapath) {
        LedgerAssert.settled(datapath)
                .hasPassed(0)
                .dropsOnly(Map.of(DropReason.RING_PURGED, (long) PARKED));
    }

    @Test
    void goingDownFreesThem(Datapath datapath) {
        pair.first().down();
        assertPurged(datapath);
    }

    @Test
    void removingThePairFreesThem(Datapath datapath) {
        pair.second().close();
        assertPurged(datapath);
    }

    @Test
    void turningGroOffFreesThem(Datapath datapath) {
        pair.first().setGro(false);
        assertPurged(datapath);
    }

    @Test
    void removingTheProgramFreesThem(Datapath datapath) {
        pair.first().attach(Programs.PASS);
        pair.first().setGro(false);
        assertThat(datapath.ledger().inFlight())
                .as("the program keeps NAPI, and with it the ring")
                .isEqualTo(PARKED);
        pair.first().detach();
        assertPurged(datapath);
    }

    @Test
    void removingTheProgramKeepsThemWhileThereIsGro(Datapath datapath) {
        pair.first().attach(Programs.PASS);
        pair.first().detach();
        assertThat(datapath.ledger().inFlight()).isEqualTo(PARKED);
        pair.first().stopReceiving();
        LedgerAssert.settled(datapath).hasPassed(PARKED).hasNoDrops();
    }

    @Test
    void replacingAProgramKeepsThem(Datapath datapath) {
        pair.first().attach(Programs.PASS);
        pair.first().attach(Programs.DROP);
        assertThat(datapath.ledger().inFlight()).isEqualTo(PARKED);
        pair.second().attach(Programs.PASS);
        pair.first().stopReceiving();
        LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.XDP_DROP, (long) PARKED));
    }

    @Test
    void theOtherEndGoingDownKeepsThem(Datapath datapath) {
        pair.second().down();
        assertThat(datapath.ledger().inFlight()).isEqualTo(PARKED);
        pair.first().stopReceiving();
        LedgerAssert.settled(datapath).hasPassed(PARKED).hasNoDrops();
    }
}
