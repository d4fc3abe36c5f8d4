package io.xdp4j.veth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.core.device.AttachedProgram;
import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.DeviceException;
import io.xdp4j.core.device.DeviceSpec;
import io.xdp4j.core.device.XdpAttachException;
import io.xdp4j.core.device.XdpLink;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.testkit.DatapathTest;
import io.xdp4j.testkit.FakeNic;
import io.xdp4j.testkit.Frames;
import io.xdp4j.testkit.LedgerAssert;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

@DatapathTest
final class VethAttachTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final int ERANGE = 34;
    private static final int ENOSPC = 28;

    private static void assertRefused(
            VethDevice device, XdpProgram program, int errno, String message) {
        assertThatThrownBy(() -> device.attach(program))
                .isInstanceOfSatisfying(
                        XdpAttachException.class,
                        e -> {
                            assertThat(e.errno()).isEqualTo(errno);
                            assertThat(e).hasMessage(message);
                        });
        assertThat(device.attached()).isNull();
    }

    @Test
    void thePeersFramesMustFitOneChunk(Datapath datapath) {
        VethPair pair = VethPair.open(datapath, "v0", "v1");
        pair.second().changeMtu(3507);
        assertRefused(
                pair.first(),
                Programs.PASS,
                ERANGE,
                "attach(v0): ERANGE: peer v1 has mtu 3507 (expected: <= 3506);"
                        + " lower it or attach a program for several chunks");
        pair.second().changeMtu(3506);
        pair.first().changeMtu(9000);
        pair.first().attach(Programs.PASS);
    }

    @Test
    void aProgramForSeveralChunksAllowsLongerFrames(Datapath datapath) {
        VethPair pair = VethPair.open(datapath, "v0", "v1");
        pair.second().changeMtu(65535);
        pair.first().attach(Programs.frags(Programs.PASS));
        assertThat(pair.second().maxMtu()).isEqualTo(3506 + 17 * 4096);
    }

    @Test
    void thereMustBeAReceiveQueueForEachTransmitQueueOfThePeer(Datapath datapath) {
        VethPair pair =
                VethPair.open(
                        datapath,
                        new DeviceSpec("v0", "veth", Map.of("peer", "v1", "peer-tx-queues", 2)));
        assertRefused(
                pair.first(),
                Programs.PASS,
                ENOSPC,
                "attach(v0): ENOSPC: 1 rx queues for the 2 tx queues of peer v1;"
                        + " make them as many");
        pair.second().changeMtu(4000);
        assertThatThrownBy(() -> pair.first().attach(Programs.PASS))
                .as("the MTU rule comes first")
                .extracting("errno")
                .isEqualTo(ERANGE);
        pair.second().attach(Programs.PASS);
    }

    @Test
    void whileAProgramRunsThePeersMtuCannotBeRaised(Datapath datapath) {
        VethPair pair = VethPair.open(datapath, "v0", "v1");
        assertThat(pair.second().maxMtu()).isEqualTo(65535);
        XdpLink link = pair.first().xdp().link(Programs.PASS, 0);
        assertThat(pair.second().maxMtu()).isEqualTo(3506);
        assertThat(pair.first().maxMtu()).isEqualTo(65535);
        assertThatThrownBy(() -> pair.second().changeMtu(3507))
                .isInstanceOf(DeviceException.class)
                .hasMessage(
                        "v1: EINVAL: mtu: 3507 (expected: 68..3506 while the peer runs a"
                                + " program)");
        assertThat(pair.second().mtu()).isEqualTo(1500);
        pair.second().changeMtu(3506);
        link.close();
        assertThat(pair.second().maxMtu()).isEqualTo(65535);
        assertThatCode(() -> pair.second().changeMtu(9000)).doesNotThrowAnyException();
        assertThatThrownBy(() -> pair.second().changeMtu(67))
                .hasMessage("v1: EINVAL: mtu: 67 (expected: 68..65535)");
        assertThatThrownBy(() -> pair.second().changeMtu(65536))
                .hasMessage("v1: EINVAL: mtu: 65536 (expected: 68..65535)");
    }

    @Test
    void onlyTheFirstAttachSetsThePeersLimit(Datapath datapath) {
        VethPair pair = VethPair.open(datapath, "v0", "v1");
        pair.first().attach(Programs.PASS);
        pair.first().attach(Programs.frags(Programs.PASS));
        assertThat(pair.second().maxMtu()).isEqualTo(3506);
    }

    @Test
    void replacingChecksTheRulesAgain(Datapath datapath) {
        VethPair pair = VethPair.open(datapath, "v0", "v1");
        pair.first().attach(Programs.frags(Programs.DROP));
        pair.second().changeMtu(5000);
        assertThatThrownBy(() -> pair.first().attach(Programs.PASS))
                .extracting("errno")
                .isEqualTo(ERANGE);
        assertThat(pair.first().attached()).isNotNull();
    }

    @Test
    void aProgramAttachedWhileDownRunsOnceUp(Datapath datapath) {
        VethPair pair = VethPair.open(datapath, "v0", "v1");
        pair.second().attach(Programs.DROP);
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        nic.attach(Programs.redirectTo(pair.first()));
        pair.first().up();
        nic.inject(0, Frames.udp4(1, 60)).awaitProcessed(SOON);
        pair.second().up();
        nic.inject(0, Frames.udp4(2, 60)).awaitProcessed(SOON);
        LedgerAssert.settled(datapath)
                .dropsOnly(Map.of(DropReason.PEER_WITHOUT_NAPI, 1L, DropReason.XDP_DROP, 1L));
    }

    @Test
    void theProgramSurvivesDownAndUp(Datapath datapath) {
        VethPair pair = VethPair.open(datapath, "v0", "v1").up();
        pair.second().attach(Programs.DROP);
        pair.second().down();
        pair.second().up();
        HostSender.on(pair.first()).send(0, TestFrames.of(3, 60));
        LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.XDP_DROP, 3L));
    }

    @Test
    void removalGoesBackToThePlainWay(Datapath datapath) {
        VethPair pair = VethPair.open(datapath, "v0", "v1").up();
        pair.second().attach(Programs.DROP);
        HostSender sender = HostSender.on(pair.first());
        sender.send(0, TestFrames.of(3, 60));
        LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.XDP_DROP, 3L));
        pair.second().detach();
        sender.send(0, TestFrames.of(4, 60));
        LedgerAssert.settled(datapath).hasPassed(4);
        assertThat(pair.second().ethtoolStats()).containsEntry("rx_queue_0_xdp_packets", 3L);
        assertThat(pair.second().linkStats().rxPackets()).isEqualTo(7);
    }

    @Test
    void aReplacedProgramIsNotDetached(Datapath datapath) {
        VethPair pair = VethPair.open(datapath, "v0", "v1").up();
        AttachedProgram first = pair.second().attach(Programs.PASS);
        pair.second().attach(Programs.DROP);
        pair.second().detachIf(first);
        assertThat(pair.first().maxMtu()).isEqualTo(3506);
        HostSender.on(pair.first()).send(0, TestFrames.of(3, 60));
        LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.XDP_DROP, 3L));
    }

    @Test
    void anExceptionCountsAsAborted(Datapath datapath) {
        VethPair pair = VethPair.open(datapath, "v0", "v1").up();
        pair.second().attach(xdp -> xdp.u8(4000));
        HostSender.on(pair.first()).send(0, TestFrames.of(3, 60));
        LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.XDP_ABORTED, 3L));
        assertThat(pair.second().ethtoolStats())
                .containsEntry("rx_queue_0_xdp_drops", 3L)
                .containsEntry("rx_queue_0_drops", 0L);
    }
}
