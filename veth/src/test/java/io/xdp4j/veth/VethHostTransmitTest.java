package io.xdp4j.veth;

import static io.xdp4j.core.program.XdpAction.XDP_DROP;
import static io.xdp4j.core.program.XdpAction.XDP_PASS;
import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.core.device.Backlog;
import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.DeviceSpec;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.napi.Worker;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.testkit.Checksums;
import io.xdp4j.testkit.DatapathTest;
import io.xdp4j.testkit.Frames;
import io.xdp4j.testkit.HostCapture;
import io.xdp4j.testkit.InjectedFrame;
import io.xdp4j.testkit.LedgerAssert;
import io.xdp4j.testkit.StalledWorker;
import io.xdp4j.testkit.TransmittedFrame;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DatapathTest
final class VethHostTransmitTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    @Test
    void withoutNapiTheFrameReachesTheOtherHostOnTheSameWorker(Datapath datapath) {
        VethPair pair = VethPair.open(datapath, "v0", "v1").up();
        HostCapture host = HostCapture.on(pair.second());
        HostSender sender = HostSender.on(pair.first());
        sender.send(1, Frames.udp4(1, 100), Frames.udp4(2, 101));

        assertThat(host.await(2, SOON)).containsExactly(Frames.udp4(1, 100), Frames.udp4(2, 101));
        assertThat(host.received()).extracting(TransmittedFrame::worker).containsExactly(1, 1);
        LedgerAssert.settled(datapath).hasIn(2).hasPassed(2).hasTransmitted(0).hasNoDrops();
        assertThat(pair.first().linkStats().txPackets()).isEqualTo(2);
        assertThat(pair.first().linkStats().txBytes()).isEqualTo(201);
        assertThat(pair.second().linkStats().rxPackets()).isEqualTo(2);
        assertThat(pair.second().linkStats().rxBytes()).isEqualTo(201);
        assertThat(pair.second().ethtoolStats()).containsEntry("rx_queue_0_xdp_packets", 0L);
    }

    @Test
    void aProgramAtTheOtherEndSeesTheFrameAndOnlyThatEndCountsIt(Datapath datapath) {
        VethPair pair = VethPair.open(datapath, "v0", "v1").up();
        pair.second().attach(xdp -> xdp.u8(0) == 0xff ? XDP_DROP : XDP_PASS);
        HostSender.on(pair.first()).send(0, TestFrames.of(5, 100));
        LedgerAssert.settled(datapath).hasIn(5).hasPassed(5);
        assertThat(pair.second().rxQueues().getFirst().xdpPass()).isEqualTo(5);
        assertThat(pair.first().txQueues().getFirst().packets()).isZero();
        assertThat(pair.first().linkStats().txPackets()).isEqualTo(5);
    }

    @Test
    void hostSidesThatAnswerEachOtherDoNotNest(Datapath datapath) {
        VethPair pair = VethPair.open(datapath, "v0", "v1").up();
        Worker worker = datapath.workers().get(0);
        int[] bounces = new int[1];
        for (NetDevice end : List.of(pair.first(), pair.second())) {
            end.setHostPath(
                    worker,
                    frame -> {
                        if (++bounces[0] == 20_000) {
                            worker.frames().free(frame);
                        } else {
                            worker.ledger().entered(1);
                            end.hostXmit(worker, frame);
                        }
                    });
        }
        OnWorker.run(
                worker,
                () -> pair.first().hostXmit(worker, OnWorker.frame(worker, Frames.udp4(1, 60))));
        LedgerAssert.settled(datapath).hasIn(20_000).hasPassed(20_000).hasNoDrops();
        assertThat(pair.first().linkStats().txPackets()).isEqualTo(10_000);
    }

    @Test
    void theTransmitQueueNumberPicksTheReceiveQueue(Datapath datapath) {
        VethPair pair =
                VethPair.open(
                        datapath, new DeviceSpec("v0", "veth", Map.of("peer", "v1", "queues", 2L)));
        pair.up().second().attach(xdp -> XDP_DROP);
        HostSender sender = HostSender.on(pair.first());
        sender.send(0, TestFrames.of(3, 60));
        sender.send(1, TestFrames.of(5, 60));
        LedgerAssert.settled(datapath).hasDropped(DropReason.XDP_DROP, 8);
        assertThat(pair.second().ethtoolStats())
                .containsEntry("rx_queue_0_xdp_packets", 3L)
                .containsEntry("rx_queue_1_xdp_packets", 5L);
    }

    @Test
    void workersShareATransmitQueueWhereThereAreTooFew(Datapath datapath) {
        VethPair pair = VethPair.open(datapath, "v0", "v1").up();
        pair.second().attach(xdp -> XDP_DROP);
        HostSender sender = HostSender.on(pair.first());
        sender.send(0, TestFrames.of(3, 60));
        sender.send(1, TestFrames.of(5, 60));
        LedgerAssert.settled(datapath).hasDropped(DropReason.XDP_DROP, 8);
        assertThat(pair.second().ethtoolStats()).containsEntry("rx_queue_0_xdp_packets", 8L);
    }

    @Test
    void aFullRingDropsAndCountsAtTheSender(Datapath datapath) {
        VethPair pair = VethPair.open(datapath, "v0", "v1").up();
        pair.second().attach(xdp -> XDP_DROP);
        int worker = pair.second().rxQueues().getFirst().worker().index();
        // The sender is on the receiver's worker, so nothing is polled before the last frame.
        HostSender.on(pair.first()).send(worker, TestFrames.of(300, 60));
        LedgerAssert.settled(datapath)
                .dropsOnly(Map.of(DropReason.XDP_DROP, 256L, DropReason.TX_RING_FULL, 44L));
        assertThat(pair.first().linkStats().txDropped()).isEqualTo(44);
        assertThat(pair.second().linkStats().rxDropped()).isZero();
    }

    private static VethPair withQdisc(Datapath datapath, long limit) {
        DeviceSpec spec = new DeviceSpec("v0", "veth", Map.of("peer", "v1", "qdisc", limit));
        VethPair pair = VethPair.open(datapath, spec).up();
        pair.second().attach(xdp -> XDP_DROP);
        return pair;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void withAQdiscFramesWaitForRoom(int worker, Datapath datapath) {
        VethPair pair = withQdisc(datapath, 500);
        HostSender.on(pair.first()).send(worker, TestFrames.of(700, 60));
        LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.XDP_DROP, 700L));
        assertThat(pair.first().linkStats().txDropped()).isZero();
        assertThat(pair.first().linkStats().txPackets()).isEqualTo(700);
    }

    @Test
    void aFullQdiscDropsAndIsNoDropOfTheDevice(Datapath datapath) {
        VethPair pair = withQdisc(datapath, 32);
        int worker = pair.second().rxQueues().getFirst().worker().index();
        // The sender is on the receiver's worker, so nothing is polled before the last frame.
        HostSender.on(pair.first()).send(worker, TestFrames.of(300, 60));
        LedgerAssert.settled(datapath)
                .dropsOnly(Map.of(DropReason.XDP_DROP, 288L, DropReason.QDISC_FULL, 12L));
        assertThat(pair.first().linkStats().txDropped()).isZero();
    }

    @Test
    void whatWaitsEndsWithTheDevice(Datapath datapath) {
        VethPair pair = withQdisc(datapath, 100);
        int worker = pair.second().rxQueues().getFirst().worker().index();
        Worker sender = datapath.workers().get(1 - worker);
        HostSender host = HostSender.on(pair.first());
        try (StalledWorker _ = StalledWorker.of(datapath.workers().get(worker))) {
            host.send(sender.index(), TestFrames.of(300, 60));
        }
        pair.first().down();
        LedgerAssert.settled(datapath).hasIn(300);
    }

    @Test
    void aFullBacklogDropsAndCountsAtTheSender(Datapath datapath) {
        VethPair pair = VethPair.open(datapath, "v0", "v1").up();
        HostSender.on(pair.first()).send(0, TestFrames.of(Backlog.CAPACITY + 7, 60));
        LedgerAssert.settled(datapath)
                .hasPassed(Backlog.CAPACITY)
                .dropsOnly(Map.of(DropReason.HOST_BACKLOG_FULL, 7L));
        assertThat(pair.first().linkStats().txDropped()).isEqualTo(7);
    }

    @Test
    void aFrameTooLongForTheReceiverCountsAtBothEnds(Datapath datapath) {
        VethPair pair = VethPair.open(datapath, "v0", "v1").up();
        pair.second().changeMtu(1000);
        HostSender.on(pair.first()).send(0, Frames.udp4(1, 1018), Frames.udp4(2, 1019));
        LedgerAssert.settled(datapath).hasPassed(1).dropsOnly(Map.of(DropReason.TX_TOO_LONG, 1L));
        assertThat(pair.first().linkStats().txDropped()).isEqualTo(1);
        assertThat(pair.second().linkStats().rxDropped()).isEqualTo(1);
    }

    @Test
    void nothingLeavesWhileEitherEndIsDown(Datapath datapath) {
        VethPair pair = VethPair.open(datapath, "v0", "v1").up();
        HostSender sender = HostSender.on(pair.first());
        pair.second().down();
        sender.send(0, TestFrames.of(2, 60));
        pair.second().up();
        pair.first().down();
        sender.send(0, TestFrames.of(3, 60));
        LedgerAssert.settled(datapath)
                .hasPassed(0)
                .dropsOnly(Map.of(DropReason.TX_DEVICE_DOWN, 5L));
        assertThat(pair.first().linkStats().txDropped()).isEqualTo(5);
        assertThat(pair.second().linkStats().rxDropped()).isZero();
    }

    @Test
    void aFrameShorterThanItsHeaderIsDropped(Datapath datapath) {
        VethPair pair = VethPair.open(datapath, "v0", "v1").up();
        Worker worker = datapath.workers().get(0);
        OnWorker.run(
                worker, () -> pair.first().hostXmit(worker, OnWorker.frame(worker, new byte[13])));
        LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.HOST_TOO_SHORT, 1L));
        assertThat(pair.first().linkStats().txDropped()).isEqualTo(1);
    }

    // ---- offloads

    private static final Frames TCP =
            Frames.ethernet().ipv4("10.0.0.1", "10.0.0.2").tcp(1, 2).payload(2500);

    private static final Frames UDP =
            Frames.ethernet().ipv4("10.0.0.1", "10.0.0.2").udp(1, 2).payload(100);

    private static XdpFrame gso(Worker worker) {
        Frames tcp = TCP.partialChecksum();
        XdpFrame frame = OnWorker.frame(worker, tcp.build());
        frame.setPartialChecksum(tcp.transportOffset(), tcp.checksumOffset());
        frame.setGso(InjectedFrame.GSO_TCPV4, 1000, tcp.payloadOffset());
        return frame;
    }

    @Test
    void offloadsPassWholeToAnEndWithoutAProgram(Datapath datapath) {
        VethPair pair = VethPair.open(datapath, "v0", "v1").up();
        HostCapture host = HostCapture.on(pair.second());
        Worker worker = datapath.workers().get(0);
        OnWorker.run(worker, () -> pair.first().hostXmit(worker, gso(worker)));
        host.await(1, SOON);
        TransmittedFrame whole = host.received().getFirst();
        assertThat(whole.gsoSize()).isEqualTo(1000);
        assertThat(whole.partialChecksum()).isTrue();
        LedgerAssert.settled(datapath).hasIn(1).hasPassed(1);
    }

    @Test
    void offloadsAreFinishedForAnEndWithAProgram(Datapath datapath) {
        VethPair pair = VethPair.open(datapath, "v0", "v1").up();
        pair.second().attach(xdp -> XDP_PASS);
        HostCapture host = HostCapture.on(pair.second());
        Worker worker = datapath.workers().get(0);
        OnWorker.run(
                worker,
                () -> {
                    pair.first().hostXmit(worker, gso(worker));
                    Frames udp = UDP.partialChecksum();
                    XdpFrame partial = OnWorker.frame(worker, udp.build());
                    partial.setPartialChecksum(udp.transportOffset(), udp.checksumOffset());
                    pair.first().hostXmit(worker, partial);
                });
        host.await(4, SOON);
        assertThat(host.frames())
                .extracting(frame -> frame.length)
                .containsExactly(1054, 1054, 554, 142);
        assertThat(host.frames()).allSatisfy(f -> assertThat(Checksums.defects(f)).isEmpty());
        assertThat(host.received()).noneMatch(TransmittedFrame::partialChecksum);
        LedgerAssert.settled(datapath).hasIn(4).hasPassed(4).hasNoDrops();
    }

    @Test
    void offloadMetadataThatContradictThePacketDropIt(Datapath datapath) {
        VethPair pair = VethPair.open(datapath, "v0", "v1").up();
        pair.second().attach(xdp -> XDP_PASS);
        Worker worker = datapath.workers().get(0);
        OnWorker.run(
                worker,
                () -> {
                    XdpFrame checksum = OnWorker.frame(worker, Frames.udp4(1, 60));
                    checksum.setPartialChecksum(59, 6);
                    pair.first().hostXmit(worker, checksum);
                    XdpFrame gso = OnWorker.frame(worker, Frames.udp4(1, 60));
                    gso.setGso(InjectedFrame.GSO_TCPV4, 10, 54);
                    pair.first().hostXmit(worker, gso);
                });
        LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.RX_BAD_OFFLOAD, 2L));
    }
}
