package io.xdp4j.testkit.program;

import static io.xdp4j.core.program.XdpAction.XDP_ABORTED;
import static io.xdp4j.core.program.XdpAction.XDP_DROP;
import static io.xdp4j.core.program.XdpAction.XDP_PASS;
import static io.xdp4j.core.program.XdpAction.XDP_REDIRECT;
import static io.xdp4j.core.program.XdpAction.XDP_TX;
import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.RxQueue;
import io.xdp4j.core.program.XdpBuff;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.testkit.DatapathTest;
import io.xdp4j.testkit.FakeNic;
import io.xdp4j.testkit.FragsProgram;
import io.xdp4j.testkit.Frames;
import io.xdp4j.testkit.HostCapture;
import io.xdp4j.testkit.InjectedFrame;
import io.xdp4j.testkit.LedgerAssert;
import io.xdp4j.testkit.TraceRecorder;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DatapathTest(workers = 2)
final class ActionTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final byte[] FRAME = Frames.udp4(1, 60);

    @Test
    void withoutAProgramFramesPass(Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        HostCapture host = HostCapture.on(nic);
        nic.inject(0, FRAME);
        assertThat(host.await(1, SOON)).containsExactly(FRAME);
        assertThat(queue(nic).xdpPass()).isEqualTo(1);
        LedgerAssert.settled(datapath).hasIn(1).hasPassed(1).hasNoDrops();
    }

    @Test
    void passHandsTheFrameToTheHost(Datapath datapath) {
        FakeNic nic = run(datapath, xdp -> XDP_PASS);
        assertThat(queue(nic).xdpPass()).isEqualTo(1);
        LedgerAssert.settled(datapath).hasIn(1).hasPassed(1).hasNoDrops();
    }

    @Test
    void passCarriesWhatTheProgramWrote(Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        HostCapture host = HostCapture.on(nic);
        nic.attach(xdp -> {
            xdp.adjustHead(-4);
            xdp.putS32(0, 0xcafe_babe);
            xdp.adjustTail(-10);
            return XDP_PASS;
        });
        nic.inject(0, FRAME);
        byte[] passed = host.await(1, SOON).getFirst();
        assertThat(passed).hasSize(54).startsWith(0xca, 0xfe, 0xba, 0xbe);
    }

    @Test
    void dropFreesTheFrame(Datapath datapath) {
        TraceRecorder trace = record(datapath);
        FakeNic nic = run(datapath, xdp -> XDP_DROP);
        assertThat(queue(nic).xdpDrop()).isEqualTo(1);
        assertThat(trace.lines("xdp_exception")).isEmpty();
        LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.XDP_DROP, 1L));
    }

    @Test
    void dropMayGiveItsOwnReason(Datapath datapath) {
        FakeNic nic = run(datapath, xdp -> xdp.drop(DropReason.SWITCH_STORM));
        assertThat(queue(nic).xdpDrop()).isEqualTo(1);
        LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.SWITCH_STORM, 1L));
    }

    @Test
    void aReasonDoesNotStickToTheNextFrame(Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        nic.attach(xdp -> xdp.length() == 60 ? xdp.drop(DropReason.SWITCH_STORM) : XDP_DROP);
        nic.inject(0, FRAME, Frames.udp4(1, 61)).awaitProcessed(SOON);
        LedgerAssert.settled(datapath)
                .dropsOnly(Map.of(DropReason.SWITCH_STORM, 1L, DropReason.XDP_DROP, 1L));
    }

    @Test
    void abortedTracesAndDrops(Datapath datapath) {
        TraceRecorder trace = record(datapath);
        FakeNic nic = run(datapath, xdp -> XDP_ABORTED);
        assertThat(queue(nic).xdpAborted()).isEqualTo(1);
        assertThat(trace.lines("xdp_exception"))
                .containsExactly("xdp_exception prog_id=1 action=ABORTED ifindex=1001");
        LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.XDP_ABORTED, 1L));
    }

    @ParameterizedTest
    @ValueSource(ints = {5, -1, 4711, Integer.MIN_VALUE})
    void anUnknownActionTracesAndDrops(int action, Datapath datapath) {
        TraceRecorder trace = record(datapath);
        FakeNic nic = run(datapath, xdp -> action);
        assertThat(queue(nic).xdpAborted()).isEqualTo(1);
        assertThat(trace.lines("xdp_exception"))
                .containsExactly(
                        "xdp_exception prog_id=1 action=0x%x ifindex=1001".formatted(action));
        LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.XDP_INVALID_ACTION, 1L));
    }

    @Test
    void txSendsBackInBulksOfSixteenAtTheEndOfThePoll(Datapath datapath) {
        TraceRecorder trace = record(datapath);
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        nic.attach(xdp -> XDP_TX);
        byte[][] frames = new byte[20][];
        for (int i = 0; i < frames.length; i++) {
            frames[i] = Frames.udp4(i, 60);
        }
        nic.inject(0, frames).awaitProcessed(SOON);
        assertThat(nic.transmitted()).containsExactly(frames);
        assertThat(queue(nic).xdpTx()).isEqualTo(20);
        assertThat(nic.flushes()).isEqualTo(2);
        assertThat(trace.lines("xdp_bulk_tx"))
                .containsExactly(
                        "xdp_bulk_tx ifindex=1001 action=TX sent=16 drops=0 err=0",
                        "xdp_bulk_tx ifindex=1001 action=TX sent=4 drops=0 err=0");
    }

    @Test
    void txThatTheDriverRefusesIsCounted(Datapath datapath) {
        TraceRecorder trace = record(datapath);
        FakeNic nic = FakeNic.builder(datapath, "nic0").up().refuseAfter(1);
        nic.attach(xdp -> XDP_TX);
        nic.inject(0, FRAME, FRAME, FRAME).awaitProcessed(SOON);
        nic.failWith(6).inject(0, FRAME).awaitProcessed(SOON);
        assertThat(queue(nic).xdpTx()).isEqualTo(1);
        assertThat(queue(nic).xdpTxErrors()).isEqualTo(3);
        assertThat(trace.lines("xdp_bulk_tx"))
                .containsExactly(
                        "xdp_bulk_tx ifindex=1001 action=TX sent=1 drops=2 err=0",
                        "xdp_bulk_tx ifindex=1001 action=TX sent=0 drops=1 err=-6");
        LedgerAssert.settled(datapath)
                .dropsOnly(Map.of(DropReason.XDP_TX_ERROR, 2L, DropReason.PEER_WITHOUT_NAPI, 1L));
    }

    @Test
    void txOfAChainNeedsADeviceThatSendsChains(Datapath datapath) {
        InjectedFrame chain = InjectedFrame.of(Frames.udp4(1, 600)).firstChunk(200);
        FakeNic without = FakeNic.builder(datapath, "nic0").up();
        FakeNic with = FakeNic.builder(datapath, "nic1").frags(true).up();
        without.attach(FragsProgram.of(xdp -> XDP_TX));
        with.attach(FragsProgram.of(xdp -> XDP_TX));
        without.inject(0, chain).awaitProcessed(SOON);
        with.inject(0, chain).awaitProcessed(SOON);
        assertThat(with.transmitted()).containsExactly(Frames.udp4(1, 600));
        LedgerAssert.settled(datapath)
                .hasTransmitted(1)
                .dropsOnly(Map.of(DropReason.XDP_TX_ERROR, 1L));
    }

    @Test
    void redirectWithoutACallIsAnError(Datapath datapath) {
        TraceRecorder trace = record(datapath);
        FakeNic nic = run(datapath, xdp -> XDP_REDIRECT);
        assertThat(queue(nic).xdpRedirectErrors()).isEqualTo(1);
        assertThat(queue(nic).drops()).isEqualTo(1);
        assertThat(trace.lines("xdp_redirect_err"))
                .singleElement()
                .asString()
                .startsWith(
                        "xdp_redirect_err prog_id=1 action=REDIRECT ifindex=1001 to_ifindex=0 err=-56");
        LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.REDIRECT_NO_TARGET, 1L));
    }

    @Test
    void anExceptionCountsAsAborted(Datapath datapath) {
        assertAborted(
                datapath,
                xdp -> {
                    throw new IllegalStateException("thrown by the test's program");
                });
    }

    @Test
    void readingBeyondThePacketCountsAsAborted(Datapath datapath) {
        assertAborted(datapath, xdp -> xdp.u8(60));
    }

    @Test
    void anErrorCountsAsAborted(Datapath datapath) {
        assertAborted(datapath, ActionTest::recurse);
    }

    @SuppressWarnings("InfiniteRecursion")
    private static int recurse(XdpBuff xdp) {
        return recurse(xdp) + 1;
    }

    private static void assertAborted(Datapath datapath, XdpProgram program) {
        TraceRecorder trace = record(datapath);
        FakeNic nic = run(datapath, program);
        assertThat(queue(nic).xdpAborted()).isEqualTo(1);
        assertThat(trace.lines("xdp_exception"))
                .containsExactly("xdp_exception prog_id=1 action=ABORTED ifindex=1001");
        nic.attach(xdp -> XDP_PASS);
        nic.inject(0, FRAME).awaitProcessed(SOON);
        LedgerAssert.settled(datapath).hasPassed(1).dropsOnly(Map.of(DropReason.XDP_ABORTED, 1L));
    }

    @Test
    void aChainNeedsAProgramThatTakesChains(Datapath datapath) {
        InjectedFrame chain = InjectedFrame.of(Frames.udp4(1, 600)).firstChunk(200);
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        nic.attach(xdp -> XDP_PASS);
        nic.inject(0, chain).awaitProcessed(SOON);
        nic.attach(FragsProgram.of(xdp -> xdp.totalLength() == 600 ? XDP_PASS : XDP_DROP));
        nic.inject(0, chain).awaitProcessed(SOON);
        LedgerAssert.settled(datapath)
                .hasPassed(1)
                .dropsOnly(Map.of(DropReason.RX_FRAGS_UNSUPPORTED, 1L));
    }

    @Test
    void countsPacketsAndBytesBeforeTheProgramRuns(Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").queues(2).up();
        nic.attach(xdp -> {
            xdp.adjustTail(-20);
            return XDP_DROP;
        });
        nic.inject(1, FRAME, Frames.udp4(1, 100)).awaitProcessed(SOON);
        assertThat(nic.rxQueues().get(1).packets()).isEqualTo(2);
        assertThat(nic.rxQueues().get(1).bytes()).isEqualTo(160);
        assertThat(nic.rxQueues().get(0).packets()).isZero();
        assertThat(nic.ethtoolStats())
                .containsEntry("rx_queue_1_packets", 2L)
                .containsEntry("rx_queue_1_xdp_drops", 2L);
    }

    @Test
    void theProgramSeesWhereTheFrameCameIn(Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").queues(3).up();
        int[][] seen = new int[3][];
        nic.attach(xdp -> {
            seen[xdp.rxQueueIndex()] =
                    new int[] {xdp.ingressIfindex(), xdp.egressIfindex(), xdp.cpu()};
            return XDP_DROP;
        });
        for (int queue = 0; queue < 3; queue++) {
            nic.inject(queue, FRAME);
        }
        nic.awaitProcessed(SOON);
        assertThat(seen).isDeepEqualTo(new int[][] {{1001, 0, 0}, {1001, 0, 1}, {1001, 0, 0}});
    }

    private static FakeNic run(Datapath datapath, XdpProgram program) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        nic.attach(program);
        return nic.inject(0, FRAME).awaitProcessed(SOON);
    }

    private static TraceRecorder record(Datapath datapath) {
        TraceRecorder trace = new TraceRecorder();
        var _ = datapath.tracepoints().subscribe(trace);
        return trace;
    }

    private static RxQueue queue(FakeNic nic) {
        return nic.rxQueues().getFirst();
    }
}
