package io.xdp4j.veth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.DeviceException;
import io.xdp4j.core.device.DeviceSpec;
import io.xdp4j.core.device.XdpFlags;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.testkit.DatapathTest;
import io.xdp4j.testkit.FakeNic;
import io.xdp4j.testkit.Frames;
import io.xdp4j.testkit.HostCapture;
import io.xdp4j.testkit.LedgerAssert;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// A peer without a program, under either fidelity.
@DatapathTest
final class VethFidelityTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    private static VethPair pair(Datapath datapath, String fidelity) {
        Map<String, Object> options = Map.of("peer", "v1", "fidelity", fidelity);
        return VethPair.open(datapath, new DeviceSpec("v0", "veth", options)).up();
    }

    private static FakeNic redirectingTo(VethDevice to) {
        FakeNic nic = FakeNic.builder(to.datapath(), "nic0").mtu(9000).up();
        nic.attach(Programs.redirectTo(to));
        return nic;
    }

    @Test
    void strictIsTheDefaultAndDropsForAReason(Datapath datapath) {
        VethPair pair = pair(datapath, "strict");
        redirectingTo(pair.first()).inject(0, Frames.udp4(1, 60)).awaitProcessed(SOON);
        LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.PEER_WITHOUT_NAPI, 1L));
    }

    @Test
    void aFriendlyPeerReceivesRedirectedFrames(Datapath datapath) {
        VethPair pair = pair(datapath, "friendly");
        HostCapture host = HostCapture.on(pair.second());
        pair.second().changeMtu(600);
        FakeNic nic = redirectingTo(pair.first());
        nic.inject(0, Frames.udp4(1, 60), Frames.udp4(2, 600), Frames.udp4(3, 619));
        nic.inject(0, Frames.udp4(4, 60)).awaitProcessed(SOON);
        assertThat(host.await(2, SOON)).contains(Frames.udp4(1, 60), Frames.udp4(2, 600));
        assertThat(pair.second().linkStats().rxPackets()).isEqualTo(host.frames().size());
        assertThat(pair.first().linkStats().txPackets()).isEqualTo(host.frames().size());
        LedgerAssert.settled(datapath)
                .hasPassed(host.frames().size())
                .dropsOnly(Map.of(DropReason.DEVMAP_XMIT_ERROR, 4L - host.frames().size()));
    }

    @Test
    void aFriendlyPeerReceivesXdpTx(Datapath datapath) {
        VethPair pair = pair(datapath, "friendly");
        pair.second().attach(Programs.TX);
        HostSender sender = HostSender.on(pair.first());
        HostCapture host = HostCapture.on(pair.first());
        sender.send(0, TestFrames.of(20, 60));
        assertThat(host.await(20, SOON)).hasSize(20);
        assertThat(pair.second().ethtoolStats()).containsEntry("rx_queue_0_xdp_tx", 20L);
        LedgerAssert.settled(datapath).hasPassed(20);
    }

    @Test
    void aFriendlyPeersGenericProgramRuns(Datapath datapath) {
        VethPair pair = pair(datapath, "friendly");
        pair.second().xdp().attach(Programs.DROP, XdpFlags.SKB_MODE);
        redirectingTo(pair.first()).inject(0, Frames.udp4(1, 60)).awaitProcessed(SOON);
        LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.XDP_DROP, 1L));
    }

    @Test
    void aFriendlyPeerThatIsDownDropsStill(Datapath datapath) {
        VethPair pair = pair(datapath, "friendly");
        pair.second().down();
        redirectingTo(pair.first()).inject(0, Frames.udp4(1, 60)).awaitProcessed(SOON);
        LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.DEVMAP_XMIT_ERROR, 1L));
    }

    @Test
    void anotherWordIsRefused(Datapath datapath) {
        assertThatThrownBy(() -> pair(datapath, "loose"))
                .isInstanceOf(DeviceException.class)
                .hasMessage("v0: fidelity: loose (expected: strict or friendly)");
    }
}
