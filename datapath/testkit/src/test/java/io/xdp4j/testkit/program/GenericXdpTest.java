package io.xdp4j.testkit.program;

import static io.xdp4j.core.device.XdpFlags.SKB_MODE;
import static io.xdp4j.core.program.XdpAction.XDP_ABORTED;
import static io.xdp4j.core.program.XdpAction.XDP_DROP;
import static io.xdp4j.core.program.XdpAction.XDP_PASS;
import static io.xdp4j.core.program.XdpAction.XDP_REDIRECT;
import static io.xdp4j.core.program.XdpAction.XDP_TX;
import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.core.redirect.CpuMap;
import io.xdp4j.core.redirect.DevMap;
import io.xdp4j.core.redirect.UpdateFlags;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.testkit.DatapathTest;
import io.xdp4j.testkit.FakeNic;
import io.xdp4j.testkit.FragsProgram;
import io.xdp4j.testkit.Frames;
import io.xdp4j.testkit.HostCapture;
import io.xdp4j.testkit.LedgerAssert;
import io.xdp4j.testkit.StalledWorker;
import io.xdp4j.testkit.TraceRecorder;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Programs in `skb` mode.
@DatapathTest(workers = 2)
final class GenericXdpTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final byte[] FRAME = Frames.udp4(1, 60);
    private static final int HEADROOM = 256;

    private static FakeNic nic(Datapath datapath, String name, XdpProgram program) {
        FakeNic nic = FakeNic.builder(datapath, name).mtu(9000).frags(true).up();
        nic.xdp().attach(program, SKB_MODE);
        return nic;
    }

    @ParameterizedTest
    @CsvSource({"0, XDP_ABORTED", "1, XDP_DROP", "9, XDP_INVALID_ACTION"})
    void whatIsNotPassedDrops(int action, DropReason reason, Datapath datapath) {
        TraceRecorder trace = new TraceRecorder();
        try (var _ = datapath.tracepoints().subscribe(trace)) {
            nic(datapath, "nic0", xdp -> action).inject(0, FRAME).awaitProcessed(SOON);
        }
        LedgerAssert.settled(datapath).dropsOnly(Map.of(reason, 1L));
        assertThat(trace.lines("xdp_exception")).hasSize(action == XDP_DROP ? 0 : 1);
        assertThat(XDP_ABORTED).isZero();
    }

    @Test
    void theHostSideGetsWhatPassesOnlyOnce(Datapath datapath) {
        List<Integer> lengths = new CopyOnWriteArrayList<>();
        FakeNic nic =
                nic(
                        datapath,
                        "nic0",
                        xdp -> {
                            lengths.add(xdp.length());
                            return xdp.adjustHead(-4) == 0 ? XDP_PASS : XDP_DROP;
                        });
        HostCapture host = HostCapture.on(nic);
        nic.inject(0, FRAME);
        assertThat(host.await(1, SOON).getFirst()).hasSize(FRAME.length + 4);
        assertThat(lengths).containsExactly(FRAME.length);
        LedgerAssert.settled(datapath).hasPassed(1);
    }

    @Test
    void txGoesTheWayOfTheHostSidesFrames(Datapath datapath) {
        FakeNic nic = nic(datapath, "nic0", xdp -> XDP_TX);
        nic.inject(0, FRAME);
        assertThat(nic.awaitTransmitted(1, SOON)).containsExactly(FRAME);
        assertThat(nic.flushes()).as("no bulk, so no flush").isZero();
        assertThat(nic.rxQueues().getFirst().xdpTx()).isZero();
        nic.refuseAfter(0).inject(0, FRAME).awaitProcessed(SOON);
        LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.TX_RING_FULL, 1L));
    }

    @Test
    void redirectsReachDevicesAtOnce(Datapath datapath) {
        FakeNic out = FakeNic.builder(datapath, "out").up();
        FakeNic in = nic(datapath, "in", xdp -> xdp.redirect(out.ifindex(), 0));
        TraceRecorder trace = new TraceRecorder();
        try (var _ = datapath.tracepoints().subscribe(trace)) {
            in.inject(0, FRAME, FRAME);
            assertThat(out.awaitTransmitted(2, SOON)).containsExactly(FRAME, FRAME);
            in.awaitProcessed(SOON);
        }
        assertThat(trace.lines("xdp_redirect")).hasSize(2);
        assertThat(trace.lines("xdp_devmap_xmit")).isEmpty();
        LedgerAssert.settled(datapath);
    }

    @Test
    void aRedirectThatFailsIsTracedAndDropped(Datapath datapath) {
        FakeNic out = FakeNic.builder(datapath, "out").build();
        FakeNic in = nic(datapath, "in", xdp -> xdp.redirect(out.ifindex(), 0));
        TraceRecorder trace = new TraceRecorder();
        try (var _ = datapath.tracepoints().subscribe(trace)) {
            in.inject(0, FRAME).awaitProcessed(SOON);
        }
        assertThat(trace.lines("xdp_redirect_err"))
                .singleElement()
                .asString()
                .contains("err=-100 map_id=2147483647 map_index=0");
        LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.REDIRECT_DEVICE_DOWN, 1L));
    }

    @Test
    void anEgressProgramRunsAtTheRedirect(Datapath datapath) {
        FakeNic out = FakeNic.builder(datapath, "out").up();
        try (DevMap map = new DevMap(datapath, "map", 1)) {
            map.update(
                    0,
                    out,
                    xdp -> {
                        xdp.putU8(0, 0x66);
                        return xdp.egressIfindex() == out.ifindex() && xdp.u8(1) == 2
                                ? XDP_PASS
                                : XDP_DROP;
                    },
                    UpdateFlags.BPF_ANY);
            FakeNic in = nic(datapath, "in", xdp -> xdp.redirectMap(map, 0, 0));
            byte[] kept = FRAME.clone();
            kept[1] = 2;
            byte[] dropped = FRAME.clone();
            dropped[1] = 3;
            in.inject(0, dropped, kept);
            kept[0] = 0x66;
            assertThat(out.awaitTransmitted(1, SOON)).containsExactly(kept);
        }
        LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.DEVMAP_PROGRAM, 1L));
    }

    @Test
    void broadcastsCopies(Datapath datapath) {
        FakeNic one = FakeNic.builder(datapath, "one").up();
        FakeNic two = FakeNic.builder(datapath, "two").up();
        try (DevMap map = new DevMap(datapath, "map", 4)) {
            map.update(0, one);
            map.update(3, two);
            nic(datapath, "in", xdp -> xdp.redirectMap(map, 0, 8)).inject(0, FRAME);
            assertThat(one.awaitTransmitted(1, SOON)).containsExactly(FRAME);
            assertThat(two.awaitTransmitted(1, SOON)).containsExactly(FRAME);
        }
        LedgerAssert.settled(datapath);
    }

    @Test
    void aCpumapTakesThemOneByOneAndDoesNotRunTheProgramAgain(Datapath datapath) {
        CpuMap map = new CpuMap(datapath, "map", 2);
        map.update(1, 8);
        FakeNic in = nic(datapath, "in", xdp -> xdp.redirectMap(map, 1, 0));
        HostCapture host = HostCapture.on(in);
        TraceRecorder trace = new TraceRecorder();
        try (var _ = datapath.tracepoints().subscribe(trace)) {
            in.inject(0, FRAME, FRAME, FRAME);
            host.await(3, SOON);
        }
        assertThat(host.received()).allMatch(frame -> frame.worker() == 1);
        assertThat(trace.lines("xdp_cpumap_enqueue"))
                .hasSize(3)
                .allMatch(line -> line.contains("processed=1 drops=0 to_cpu=1"));
        LedgerAssert.settled(datapath).hasPassed(3);
    }

    @Test
    void aFullCpumapRingIsARedirectError(Datapath datapath) {
        CpuMap map = new CpuMap(datapath, "map", 2);
        map.update(1, 2);
        FakeNic in = nic(datapath, "in", xdp -> xdp.redirectMap(map, 1, 0));
        TraceRecorder trace = new TraceRecorder();
        try (var _ = datapath.tracepoints().subscribe(trace)) {
            try (StalledWorker stalled = StalledWorker.of(datapath.workers().get(1))) {
                assertThat(stalled).isNotNull();
                in.inject(0, FRAME, FRAME, FRAME);
                long deadline = System.nanoTime() + SOON.toNanos();
                while (trace.lines("xdp_redirect_err").isEmpty()) {
                    assertThat(System.nanoTime()).isLessThan(deadline);
                    Thread.onSpinWait();
                }
            }
            in.awaitProcessed(SOON);
        }
        assertThat(trace.lines("xdp_redirect_err")).singleElement().asString().contains("err=-28");
        assertThat(trace.lines("xdp_cpumap_enqueue"))
                .last()
                .asString()
                .contains("processed=1 drops=1");
        LedgerAssert.settled(datapath)
                .hasPassed(2)
                .dropsOnly(Map.of(DropReason.CPUMAP_RING_FULL, 1L));
    }

    @Test
    void aCpumapProgramsVerdictsCountEachForItself(Datapath datapath) {
        CpuMap map = new CpuMap(datapath, "map", 1);
        map.update(0, 8, xdp -> xdp.u8(0), UpdateFlags.BPF_ANY);
        FakeNic in = nic(datapath, "in", xdp -> xdp.redirectMap(map, 0, 0));
        TraceRecorder trace = new TraceRecorder();
        try (var _ = datapath.tracepoints().subscribe(trace)) {
            for (int answer : new int[] {XDP_PASS, XDP_DROP, XDP_ABORTED, XDP_PASS, XDP_REDIRECT}) {
                byte[] frame = FRAME.clone();
                frame[0] = (byte) answer;
                in.inject(0, frame);
            }
            in.awaitProcessed(SOON);
            LedgerAssert.settled(datapath)
                    .hasPassed(2)
                    .dropsOnly(
                            Map.of(
                                    DropReason.CPUMAP_PROGRAM, 2L,
                                    DropReason.CPUMAP_REDIRECT_ERROR, 1L));
        }
        assertThat(trace.lines("xdp_exception"))
                .as("generic frames leave a trace of ABORTED, native ones do not")
                .hasSize(1);
    }

    @Test
    void theProgramFindsTheUsualRoomAndNoMetadata(Datapath datapath) {
        FakeNic in =
                nic(
                        datapath,
                        "in",
                        xdp ->
                                xdp.data() - xdp.hardStart() >= HEADROOM
                                                && xdp.metaLength() == 0
                                                && xdp.adjustMeta(-8) == 0
                                        ? XDP_PASS
                                        : XDP_DROP);
        HostCapture host = HostCapture.on(in);
        in.inject(0, FRAME);
        host.await(1, SOON);
        LedgerAssert.settled(datapath).hasPassed(1);
    }

    @Test
    void packetsOfSeveralChunksGoToProgramsThatTakeThem(Datapath datapath) {
        byte[] jumbo = Frames.udp4(1, 8000);
        FakeNic in = nic(datapath, "in", xdp -> XDP_PASS);
        in.inject(0, jumbo).awaitProcessed(SOON);
        LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.RX_FRAGS_UNSUPPORTED, 1L));
        in.xdp().attach(FragsProgram.of(xdp -> XDP_TX), SKB_MODE);
        in.inject(0, jumbo);
        assertThat(in.awaitTransmitted(1, SOON)).containsExactly(jumbo);
        LedgerAssert.settled(datapath);
    }

    @Test
    void afterDetachReturnsTheProgramRunsNowhere(Datapath datapath) {
        List<Integer> runs = new CopyOnWriteArrayList<>();
        FakeNic in =
                nic(
                        datapath,
                        "in",
                        xdp -> {
                            runs.add(1);
                            return XDP_DROP;
                        });
        in.inject(0, Collections.nCopies(500, FRAME).toArray(byte[][]::new));
        in.xdp().detach(SKB_MODE);
        int after = runs.size();
        in.inject(0, FRAME).awaitProcessed(SOON);
        assertThat(runs).hasSize(after);
        LedgerAssert.settled(datapath);
    }
}
