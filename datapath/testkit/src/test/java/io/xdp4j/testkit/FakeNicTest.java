package io.xdp4j.testkit;

import static io.xdp4j.core.program.XdpAction.XDP_TX;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.core.trace.DropReason;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

@DatapathTest(workers = 2)
final class FakeNicTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final XdpProgram SEND_BACK = xdp -> XDP_TX;

    @Test
    void sendsBackWhatWasInjectedOnTheQueuesOwnWorker(Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").queues(2).up();
        nic.attach(SEND_BACK);
        nic.inject(0, Frames.udp4(1, 60)).inject(1, Frames.udp4(2, 61), Frames.udp4(3, 62));
        assertThat(nic.awaitTransmitted(3, SOON)).hasSize(3);
        assertThat(nic.transmitted(0)).containsExactly(Frames.udp4(1, 60));
        assertThat(nic.transmitted(1)).containsExactly(Frames.udp4(2, 61), Frames.udp4(3, 62));
        LedgerAssert.settled(datapath).hasIn(3).hasTransmitted(3).hasNoDrops();
    }

    @Test
    void refusesAfterTheLimit(Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").up().refuseAfter(2);
        nic.attach(SEND_BACK);
        nic.inject(0, Frames.udp4(1, 60), Frames.udp4(2, 60), Frames.udp4(3, 60));
        LedgerAssert.settled(datapath)
                .hasTransmitted(2)
                .dropsOnly(Map.of(DropReason.XDP_TX_ERROR, 1L));
        assertThat(nic.linkStats().txPackets()).isEqualTo(2);
    }

    @Test
    void losesFramesWhileDown(Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").build();
        nic.inject(0, Frames.udp4(1, 60)).awaitProcessed(SOON);
        LedgerAssert.settled(datapath).hasIn(0);
    }

    @Test
    void awaitSaysHowFarItGot(Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        assertThatThrownBy(() -> nic.awaitTransmitted(1, Duration.ofMillis(5)))
                .isInstanceOf(AssertionError.class)
                .hasMessage("after PT0.005S: nic0: transmitted 0 of 1");
    }

    @Test
    void hostCaptureKeepsWhatIsPassed(Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").queues(2).up();
        HostCapture host = HostCapture.on(nic);
        nic.inject(1, Frames.udp4(1, 60));
        assertThat(host.await(1, SOON)).containsExactly(Frames.udp4(1, 60));
        assertThat(host.received().getFirst().worker()).isEqualTo(1);
    }
}
