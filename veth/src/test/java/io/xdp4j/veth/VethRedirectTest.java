package io.xdp4j.veth;

import static io.xdp4j.core.program.XdpAction.XDP_DROP;
import static io.xdp4j.core.program.XdpAction.XDP_PASS;
import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.DeviceSpec;
import io.xdp4j.core.device.Redirector;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.napi.Worker;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.core.trace.TraceListener;
import io.xdp4j.testkit.Checksums;
import io.xdp4j.testkit.DatapathTest;
import io.xdp4j.testkit.FakeNic;
import io.xdp4j.testkit.Frames;
import io.xdp4j.testkit.HostCapture;
import io.xdp4j.testkit.InjectedFrame;
import io.xdp4j.testkit.LedgerAssert;
import io.xdp4j.testkit.StalledWorker;
import io.xdp4j.testkit.TraceRecorder;
import io.xdp4j.testkit.TransmittedFrame;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

@DatapathTest
final class VethRedirectTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final XdpProgram PASS = Programs.PASS;

    private static FakeNic redirecting(Datapath datapath, int queues, VethDevice to) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").queues(queues).up();
        nic.attach(Programs.redirectTo(to));
        return nic;
    }

    @Test
    void aPeerWithoutNapiTakesNoRedirects(Datapath datapath) {
        VethPair pair = VethPair.open(datapath, "v0", "v1").up();
        FakeNic nic = redirecting(datapath, 1, pair.first());
        TraceRecorder trace = new TraceRecorder();
        try (var _ = datapath.tracepoints().subscribe(trace)) {
            nic.inject(0, TestFrames.of(3, 100)).awaitProcessed(SOON);
        }
        LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.PEER_WITHOUT_NAPI, 3L));
        assertThat(trace.lines("xdp_redirect_err"))
                .hasSize(3)
                .allMatch(line -> line.contains("err=-95"));
        assertThat(trace.lines("frame_dropped"))
                .containsOnly("frame_dropped reason=PEER_WITHOUT_NAPI ifindex=" + nic.ifindex());
        assertThat(nic.rxQueues().getFirst().drops()).isEqualTo(3);
        assertThat(pair.first().linkStats().txDropped()).isZero();
        assertThat(pair.second().linkStats().rxDropped()).isZero();
    }

    @Test
    void aPeerWithAProgramGetsTheFramesOnce(Datapath datapath) {
        VethPair pair = VethPair.open(datapath, "v0", "v1").up();
        pair.second().attach(PASS);
        HostCapture host = HostCapture.on(pair.second());
        redirecting(datapath, 1, pair.first()).inject(0, TestFrames.of(5, 100));
        assertThat(host.await(5, SOON)).containsExactly(TestFrames.of(5, 100));
        LedgerAssert.settled(datapath).hasIn(5).hasPassed(5).hasTransmitted(0).hasNoDrops();
        assertThat(pair.first().ethtoolStats())
                .containsEntry("tx_queue_0_xdp_xmit", 5L)
                .containsEntry("tx_queue_0_xdp_xmit_errors", 0L);
        assertThat(pair.first().linkStats().txBytes()).isEqualTo(500);
        assertThat(pair.second().ethtoolStats())
                .containsEntry("rx_queue_0_xdp_packets", 5L)
                .containsEntry("rx_queue_0_xdp_bytes", 500L);
    }

    @Test
    void groAloneGivesThePeerNapi(Datapath datapath) {
        VethPair pair =
                VethPair.open(
                        datapath,
                        new DeviceSpec("v0", "veth", Map.of("peer", "v1", "peer-gro", true)));
        pair.up();
        HostCapture host = HostCapture.on(pair.second());
        redirecting(datapath, 1, pair.first()).inject(0, TestFrames.of(4, 100));
        host.await(4, SOON);
        // The host side still takes the plain way: its offloads are on.
        HostSender.on(pair.first()).send(0, TestFrames.of(3, 100));
        host.await(7, SOON);
        assertThat(pair.second().ethtoolStats()).containsEntry("rx_queue_0_xdp_packets", 4L);
        assertThat(pair.first().txQueues().getFirst().packets()).isEqualTo(3);
        LedgerAssert.settled(datapath).hasPassed(7).hasNoDrops();
    }

    @Test
    void acceptsThePrefixBeforeAFrameTooLongForThePeer(Datapath datapath) {
        VethPair pair = VethPair.open(datapath, "v0", "v1").up();
        pair.second().attach(PASS);
        pair.second().changeMtu(1000);
        Worker worker = datapath.workers().get(0);
        int accepted =
                OnWorker.call(
                        worker,
                        () -> {
                            XdpFrame[] frames = {
                                OnWorker.frame(worker, Frames.udp4(1, 60)),
                                OnWorker.frame(worker, Frames.udp4(2, 1018)),
                                OnWorker.frame(worker, Frames.udp4(3, 1019)),
                                OnWorker.frame(worker, Frames.udp4(4, 60)),
                            };
                            int sent = pair.first().xdpXmit(worker, frames, 4, true);
                            worker.drop(frames[2], DropReason.DEVMAP_XMIT_ERROR, 0);
                            worker.drop(frames[3], DropReason.DEVMAP_XMIT_ERROR, 0);
                            return sent;
                        });
        assertThat(accepted).isEqualTo(2);
        LedgerAssert.settled(datapath).hasPassed(2);
        assertThat(pair.first().ethtoolStats())
                .containsEntry("tx_queue_0_xdp_xmit", 2L)
                .containsEntry("tx_queue_0_xdp_xmit_errors", 2L);
        assertThat(pair.second().linkStats().rxDropped()).isEqualTo(2);
        assertThat(pair.first().linkStats().txDropped()).isEqualTo(2);
    }

    @Test
    void withoutFlushThePeerIsNotWoken(Datapath datapath) {
        VethPair pair = VethPair.open(datapath, "v0", "v1").up();
        pair.second().attach(PASS);
        Worker worker = datapath.workers().get(0);
        OnWorker.run(worker, () -> send(pair.first(), worker, false));
        datapath.workers().synchronize();
        assertThat(datapath.ledger().inFlight()).isEqualTo(1);
        OnWorker.run(worker, () -> send(pair.first(), worker, true));
        LedgerAssert.settled(datapath).hasPassed(2);
    }

    private static void send(VethDevice device, Worker worker, boolean flush) {
        XdpFrame[] one = {OnWorker.frame(worker, Frames.udp4(1, 60))};
        assertThat(device.xdpXmit(worker, one, 1, flush)).isEqualTo(1);
    }

    @Test
    void withThePeerDownTheSenderCountsTheFrames(Datapath datapath) {
        VethPair pair = VethPair.open(datapath, "v0", "v1").up();
        pair.second().attach(PASS);
        pair.second().down();
        redirecting(datapath, 1, pair.first()).inject(0, TestFrames.of(6, 100));
        LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.PEER_WITHOUT_NAPI, 6L));
        assertThat(pair.first().linkStats().txDropped()).isEqualTo(6);
    }

    @Test
    void aTargetThatIsDownOrTooSmallRefusesBeforeItsDriver(Datapath datapath) {
        VethPair pair = VethPair.open(datapath, "v0", "v1").up();
        pair.second().attach(PASS);
        FakeNic nic = redirecting(datapath, 1, pair.first());
        pair.first().changeMtu(900);
        nic.inject(0, Frames.udp4(1, 918), Frames.udp4(2, 919)).awaitProcessed(SOON);
        pair.first().down();
        nic.inject(0, Frames.udp4(3, 100));
        LedgerAssert.settled(datapath)
                .hasPassed(1)
                .dropsOnly(
                        Map.of(
                                DropReason.REDIRECT_TOO_LONG, 1L,
                                DropReason.REDIRECT_DEVICE_DOWN, 1L));
        assertThat(nic.rxQueues().getFirst().drops()).isEqualTo(2);
    }

    @Test
    void aRingThatFillsRefusesTheRestAndTheReceiverCountsThem(Datapath datapath) throws Exception {
        VethPair pair =
                VethPair.open(
                        datapath, new DeviceSpec("v0", "veth", Map.of("peer", "v1", "worker", 1)));
        pair.up().second().attach(PASS);
        FakeNic nic = redirecting(datapath, 1, pair.first());
        assertThat(nic.rxQueues().getFirst().worker().index()).isZero();
        CountDownLatch tried = new CountDownLatch(300);
        TraceListener counting =
                new TraceListener() {
                    @Override
                    public void xdpDevmapXmit(int from, int to, int sent, int drops, int err) {
                        for (int i = 0; i < sent + drops; i++) {
                            tried.countDown();
                        }
                    }
                };
        try (var _ = datapath.tracepoints().subscribe(counting);
                StalledWorker _ = StalledWorker.of(datapath.workers().get(1))) {
            nic.inject(0, TestFrames.of(300, 60));
            assertThat(tried.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(pair.second().linkStats().rxPackets()).isZero();
        }
        LedgerAssert.settled(datapath)
                .hasPassed(256)
                .dropsOnly(Map.of(DropReason.DEVMAP_XMIT_ERROR, 44L));
        assertThat(pair.first().ethtoolStats())
                .containsEntry("tx_queue_0_xdp_xmit", 256L)
                .containsEntry("tx_queue_0_xdp_xmit_errors", 44L);
        assertThat(pair.second().linkStats().rxDropped()).isEqualTo(44);
    }

    @Test
    void theWorkersNumberPicksTheReceiveQueue(Datapath datapath) {
        VethPair pair =
                VethPair.open(
                        datapath,
                        new DeviceSpec(
                                "v0",
                                "veth",
                                Map.of("peer", "v1", "queues", 2, "tx-queues", 1, "worker", 0)));
        VethDevice first = pair.up().first();
        // Frames cross from worker 0 to the queues of v0, and with them to the other worker.
        first.attach(xdp -> xdp.rxQueueIndex() == xdp.cpu() ? XDP_PASS : XDP_DROP);
        FakeNic nic = FakeNic.builder(datapath, "nic0").queues(2).up();
        nic.attach(Programs.redirectTo(pair.second()));
        int[] perWorker = new int[2];
        nic.rxQueues().forEach(q -> perWorker[q.worker().index()] = 10 + q.queueIndex());
        nic.inject(0, TestFrames.of(10, 60)).inject(1, TestFrames.of(11, 60));
        LedgerAssert.settled(datapath).hasPassed(21);
        assertThat(first.ethtoolStats())
                .containsEntry("rx_queue_0_xdp_packets", (long) perWorker[0])
                .containsEntry("rx_queue_1_xdp_packets", (long) perWorker[1]);
        assertThat(pair.second().ethtoolStats())
                .as("receive queue i counts under transmit queue i mod 2")
                .containsEntry("tx_queue_0_xdp_xmit", (long) perWorker[0])
                .containsEntry("tx_queue_1_xdp_xmit", (long) perWorker[1]);
    }

    @Test
    void framesCrossToTheWorkerOfTheirQueue(Datapath datapath) {
        VethPair pair =
                VethPair.open(
                        datapath, new DeviceSpec("v0", "veth", Map.of("peer", "v1", "worker", 1)));
        pair.up().second().attach(xdp -> xdp.cpu() == 1 ? XDP_PASS : XDP_DROP);
        HostCapture host = HostCapture.on(pair.second());
        FakeNic nic = redirecting(datapath, 1, pair.first());
        // The ring holds 256 frames, so each burst is let through before the next.
        for (int sent = 50; sent <= 1000; sent += 50) {
            nic.inject(0, TestFrames.of(50, 60)).awaitProcessed(SOON);
            host.await(sent, SOON);
        }
        assertThat(host.received()).extracting(TransmittedFrame::worker).containsOnly(1);
        LedgerAssert.settled(datapath).hasPassed(1000).hasNoDrops();
    }

    @Test
    void metadataAndHeadroomCrossWithTheFrame(Datapath datapath) {
        VethPair pair = VethPair.open(datapath, "v0", "v1").up();
        pair.second()
                .attach(xdp ->
                        xdp.metaLength() == 4 && xdp.meta32(0) == 42 && xdp.adjustHead(-170) == 0
                                ? XDP_PASS
                                : XDP_DROP);
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        int ifindex = pair.first().ifindex();
        nic.attach(xdp -> {
            if (xdp.adjustHead(-40) != 0 || xdp.adjustMeta(-4) != 0) {
                return XDP_DROP;
            }
            xdp.putMeta32(0, 42);
            return xdp.redirect(ifindex, 0);
        });
        nic.inject(0, Frames.udp4(1, 60));
        LedgerAssert.settled(datapath).hasPassed(1);
    }

    // ---- offloads and several chunks

    private static InjectedFrame gso() {
        Frames tcp =
                Frames.ethernet()
                        .ipv4("10.0.0.1", "10.0.0.2")
                        .tcp(1, 2)
                        .payload(9000)
                        .partialChecksum();
        return InjectedFrame.of(tcp.build())
                .partialChecksum(tcp.transportOffset(), tcp.checksumOffset())
                .gso(InjectedFrame.GSO_TCPV4, 1400, tcp.payloadOffset());
    }

    private static FakeNic redirectingFrags(Datapath datapath, VethDevice to) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").frags(true).offload(true).up();
        nic.attach(Programs.frags(Programs.redirectTo(to)));
        return nic;
    }

    @Test
    void aGsoFrameIsCutForAProgram(Datapath datapath) {
        VethPair pair = VethPair.open(datapath, "v0", "v1").up();
        pair.second().attach(PASS);
        HostCapture host = HostCapture.on(pair.second());
        redirectingFrags(datapath, pair.first()).inject(0, gso());
        host.await(7, SOON);
        assertThat(host.frames()).hasSize(7);
        assertThat(host.frames()).allSatisfy(f -> assertThat(Checksums.defects(f)).isEmpty());
        LedgerAssert.settled(datapath).hasIn(7).hasPassed(7).hasNoDrops();
    }

    @Test
    void aGsoFrameCrossesWholeToAnEndThatHasGroOnly(Datapath datapath) {
        VethPair pair = VethPair.open(datapath, "v0", "v1").up();
        pair.second().setGro(true);
        HostCapture host = HostCapture.on(pair.second());
        redirectingFrags(datapath, pair.first()).inject(0, gso());
        host.await(1, SOON);
        TransmittedFrame whole = host.received().getFirst();
        assertThat(whole.gsoSize()).isEqualTo(1400);
        assertThat(whole.chunks()).isGreaterThan(1);
        LedgerAssert.settled(datapath).hasIn(1).hasPassed(1);
    }

    @Test
    void severalChunksNeedAProgramForThem(Datapath datapath) {
        VethPair pair = VethPair.open(datapath, "v0", "v1").up();
        pair.second().attach(PASS);
        FakeNic nic = redirectingFrags(datapath, pair.first());
        InjectedFrame twoChunks = InjectedFrame.of(Frames.udp4(1, 1000)).firstChunk(500);
        nic.inject(0, twoChunks).awaitProcessed(SOON);
        pair.second().attach(Programs.frags(PASS));
        nic.inject(0, twoChunks);
        LedgerAssert.settled(datapath)
                .hasPassed(1)
                .dropsOnly(Map.of(DropReason.REDIRECT_UNSUPPORTED, 1L));
        assertThat(Redirector.reasonOf(-Redirector.EOPNOTSUPP))
                .isEqualTo(DropReason.REDIRECT_UNSUPPORTED);
    }
}
