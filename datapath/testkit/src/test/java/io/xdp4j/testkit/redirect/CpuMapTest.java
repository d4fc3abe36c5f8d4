package io.xdp4j.testkit.redirect;

import static io.xdp4j.core.program.RedirectMap.BROADCAST;
import static io.xdp4j.core.program.XdpAction.XDP_ABORTED;
import static io.xdp4j.core.program.XdpAction.XDP_DROP;
import static io.xdp4j.core.program.XdpAction.XDP_PASS;
import static io.xdp4j.core.program.XdpAction.XDP_TX;
import static io.xdp4j.core.redirect.UpdateFlags.BPF_ANY;
import static io.xdp4j.core.redirect.UpdateFlags.BPF_EXIST;
import static io.xdp4j.core.redirect.UpdateFlags.BPF_NOEXIST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.core.redirect.CpuMap;
import io.xdp4j.core.redirect.CpuMapStats;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.ebpf.MapException;
import io.xdp4j.testkit.DatapathTest;
import io.xdp4j.testkit.FakeNic;
import io.xdp4j.testkit.FragsProgram;
import io.xdp4j.testkit.Frames;
import io.xdp4j.testkit.HostCapture;
import io.xdp4j.testkit.InjectedFrame;
import io.xdp4j.testkit.LedgerAssert;
import io.xdp4j.testkit.StalledWorker;
import io.xdp4j.testkit.TraceRecorder;
import io.xdp4j.testkit.TransmittedFrame;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DatapathTest(workers = 2)
final class CpuMapTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final byte[] FRAME = Frames.udp4(1, 60);

    @Test
    void refusesWhatTheKernelRefuses(Datapath datapath) {
        CpuMap map = new CpuMap(datapath, "cpus", 4);
        assertErrno(22, () -> new CpuMap(datapath, "none", 0));
        assertErrno(7, () -> new CpuMap(datapath, "many", 8193));
        assertErrno(22, () -> map.update(0, 64, null, 3));
        assertErrno(7, () -> map.update(4, 64));
        assertErrno(17, () -> map.update(0, 64, null, BPF_NOEXIST));
        assertErrno(75, () -> map.update(0, 16_385));
        assertErrno(19, () -> map.update(2, 64));
        assertErrno(22, () -> map.delete(4));
        map.delete(3);
        map.update(1, 16_384, null, BPF_EXIST);
        assertThat(map.get(1)).isPresent();
        map.update(1, 0);
        assertThat(map.get(1)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void deliversOnTheTargetsWorker(int cpu, Datapath datapath) {
        FakeNic in = FakeNic.builder(datapath, "in").up();
        HostCapture host = HostCapture.on(in);
        CpuMap map = new CpuMap(datapath, "cpus", 2);
        map.update(cpu, 128);
        in.attach(xdp -> xdp.redirectMap(map, cpu, 0));
        byte[][] frames = new byte[50][];
        for (int i = 0; i < frames.length; i++) {
            frames[i] = Frames.udp4(i, 60 + i);
        }
        in.inject(0, frames);
        assertThat(host.await(50, SOON)).containsExactly(frames);
        assertThat(host.received()).allMatch(frame -> frame.worker() == cpu);
        LedgerAssert.settled(datapath).hasIn(50).hasPassed(50).hasNoDrops();
        CpuMapStats stats = map.get(cpu).orElseThrow().stats().getFirst();
        assertThat(stats.processed()).isEqualTo(50);
        assertThat(stats.pass()).isEqualTo(50);
        assertThat(stats.drops()).isZero();
        assertThat(stats.sched()).isPositive();
    }

    @Test
    void enqueuesInBulksOfEightAndTraces(Datapath datapath) {
        FakeNic in = FakeNic.builder(datapath, "in").up();
        TraceRecorder trace = record(datapath);
        CpuMap map = new CpuMap(datapath, "cpus", 2);
        map.update(1, 128);
        in.attach(xdp -> xdp.redirectMap(map, 1, 0));
        try (StalledWorker stalled = StalledWorker.of(datapath.workers().get(1))) {
            assertThat(stalled).isNotNull();
            in.inject(0, Collections.nCopies(20, FRAME).toArray(byte[][]::new));
            awaitEnqueued(map, 20);
        }
        LedgerAssert.settled(datapath).hasPassed(20);
        String enqueue =
                "xdp_cpumap_enqueue enqueue cpu=0 map_id="
                        + map.id()
                        + " action=REDIRECT processed=%d drops=0 to_cpu=1";
        assertThat(trace.lines("xdp_cpumap_enqueue"))
                .containsExactly(enqueue.formatted(8), enqueue.formatted(8), enqueue.formatted(4));
        String kthread =
                "xdp_cpumap_kthread kthread cpu=1 map_id="
                        + map.id()
                        + " action=REDIRECT processed=%d drops=0 sched=%d xdp_pass=%d xdp_drop=0"
                        + " xdp_redirect=0";
        assertThat(trace.lines("xdp_cpumap_kthread"))
                .containsExactly(
                        kthread.formatted(8, 1, 8),
                        kthread.formatted(8, 0, 8),
                        kthread.formatted(4, 0, 4));
        assertThat(trace.lines("xdp_redirect"))
                .hasSize(20)
                .allMatch(line -> line.contains(" to_ifindex=0 err=0 map_id=" + map.id()));
    }

    private static void awaitEnqueued(CpuMap map, long frames) {
        long deadline = System.nanoTime() + SOON.toNanos();
        while (map.get(1).orElseThrow().stats().stream().mapToLong(CpuMapStats::processed).sum()
                < frames) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    @Test
    void aFullRingDropsAndCounts(Datapath datapath) {
        FakeNic in = FakeNic.builder(datapath, "in").up();
        TraceRecorder trace = record(datapath);
        CpuMap map = new CpuMap(datapath, "cpus", 2);
        map.update(1, 10);
        in.attach(xdp -> xdp.redirectMap(map, 1, 0));
        try (StalledWorker stalled = StalledWorker.of(datapath.workers().get(1))) {
            assertThat(stalled).isNotNull();
            in.inject(0, Collections.nCopies(24, FRAME).toArray(byte[][]::new));
            awaitEnqueued(map, 24);
        }
        LedgerAssert.settled(datapath)
                .hasPassed(10)
                .dropsOnly(Map.of(DropReason.CPUMAP_RING_FULL, 14L));
        assertThat(map.get(1).orElseThrow().stats().getFirst().drops()).isEqualTo(14);
        assertThat(trace.lines("xdp_cpumap_enqueue"))
                .extracting(line -> line.replaceAll(".*(processed=\\d+ drops=\\d+).*", "$1"))
                .containsExactly(
                        "processed=8 drops=0", "processed=8 drops=6", "processed=8 drops=8");
        assertThat(in.rxQueues().getFirst().xdpRedirect()).isEqualTo(24);
    }

    @Test
    void aDeletedEntryDrainsItsRing(Datapath datapath) throws Exception {
        FakeNic in = FakeNic.builder(datapath, "in").up();
        CpuMap map = new CpuMap(datapath, "cpus", 2);
        map.update(1, 64);
        in.attach(xdp -> xdp.redirectMap(map, 1, XDP_DROP));
        CompletableFuture<Void> deleted;
        try (StalledWorker stalled = StalledWorker.of(datapath.workers().get(1))) {
            assertThat(stalled).isNotNull();
            in.inject(0, Collections.nCopies(30, FRAME).toArray(byte[][]::new));
            awaitEnqueued(map, 30);
            deleted = CompletableFuture.runAsync(() -> map.delete(1));
        }
        deleted.get();
        LedgerAssert.settled(datapath).hasPassed(30).hasNoDrops();
        in.inject(0, FRAME).awaitProcessed(SOON);
        LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.XDP_DROP, 1L));
    }

    @Test
    void replacingEntriesUnderLoadLosesNothing(Datapath datapath) {
        FakeNic in = FakeNic.builder(datapath, "in").queues(2).up();
        CpuMap map = new CpuMap(datapath, "cpus", 2);
        map.update(0, 4096);
        map.update(1, 4096);
        in.attach(xdp -> xdp.redirectMap(map, xdp.u16(34) & 1, XDP_DROP));
        byte[][] batch = new byte[100][];
        for (int i = 0; i < batch.length; i++) {
            batch[i] = Frames.udp4(i, 60);
        }
        for (int i = 0; i < 200; i++) {
            in.inject(i % 2, batch);
            switch (i % 5) {
                case 0 -> map.delete(i & 1);
                case 1 -> map.update(0, 4096 + i);
                default -> map.update(1, 4096 - i, xdp -> XDP_PASS, BPF_ANY);
            }
        }
        in.awaitProcessed(SOON);
        LedgerAssert.settled(datapath).hasIn(20_000).hasDropped(DropReason.SHUTDOWN, 0);
        assertThat(datapath.ledger().drops().keySet())
                .isSubsetOf(DropReason.XDP_DROP, DropReason.CPUMAP_RING_FULL);
    }

    // ---- the second program

    @Test
    void theSecondProgramSeesTheIngressDeviceAndQueueZero(Datapath datapath) {
        FakeNic in = FakeNic.builder(datapath, "in").queues(2).up();
        HostCapture host = HostCapture.on(in);
        List<List<Integer>> seen = Collections.synchronizedList(new ArrayList<>());
        CpuMap map = new CpuMap(datapath, "cpus", 2);
        map.update(
                0,
                64,
                xdp -> {
                    seen.add(
                            List.of(
                                    xdp.ingressIfindex(),
                                    xdp.rxQueueIndex(),
                                    xdp.egressIfindex(),
                                    xdp.cpu(),
                                    xdp.meta32(0)));
                    xdp.adjustTail(-10);
                    return XDP_PASS;
                },
                BPF_ANY);
        in.attach(xdp -> {
            xdp.adjustMeta(-4);
            xdp.putMeta32(0, 4711);
            return xdp.redirectMap(map, 0, 0);
        });
        in.inject(1, FRAME);
        assertThat(host.await(1, SOON).getFirst()).hasSize(50);
        assertThat(seen).containsExactly(List.of(1001, 0, 0, 0, 4711));
        assertThat(host.received()).extracting(TransmittedFrame::worker).containsExactly(0);
    }

    @Test
    void whatTheSecondProgramNeitherPassesNorRedirectsIsDropped(Datapath datapath) {
        FakeNic in = FakeNic.builder(datapath, "in").up();
        TraceRecorder trace = record(datapath);
        CpuMap map = new CpuMap(datapath, "cpus", 2);
        map.update(
                1,
                64,
                xdp ->
                        switch (xdp.length()) {
                            case 60 -> XDP_DROP;
                            case 61 -> XDP_ABORTED;
                            case 62 -> XDP_TX;
                            case 63 -> throw new IllegalStateException("of the test");
                            case 64 -> 77;
                            case 65 -> xdp.redirect(9999, 0);
                            case 66 -> xdp.drop(DropReason.SWITCH_STORM);
                            default -> XDP_PASS;
                        },
                BPF_ANY);
        in.attach(xdp -> xdp.redirectMap(map, 1, 0));
        byte[][] frames = new byte[8][];
        for (int i = 0; i < frames.length; i++) {
            frames[i] = Frames.udp4(i, 60 + i);
        }
        in.inject(0, frames).awaitProcessed(SOON);
        LedgerAssert.settled(datapath)
                .hasPassed(1)
                .dropsOnly(
                        Map.of(
                                DropReason.CPUMAP_PROGRAM,
                                5L,
                                DropReason.CPUMAP_REDIRECT_ERROR,
                                1L,
                                DropReason.SWITCH_STORM,
                                1L));
        CpuMapStats stats = map.get(1).orElseThrow().stats().getFirst();
        assertThat(stats.drop()).isEqualTo(7);
        assertThat(stats.pass()).isEqualTo(1);
        assertThat(trace.lines("xdp_exception")).isEmpty();
        assertThat(trace.lines("xdp_redirect_err")).hasSize(1);
    }

    @Test
    void theSecondProgramMayRedirectToADevice(Datapath datapath) {
        FakeNic in = FakeNic.builder(datapath, "in").up();
        FakeNic out = FakeNic.builder(datapath, "out").up();
        CpuMap map = new CpuMap(datapath, "cpus", 2);
        map.update(1, 64, xdp -> xdp.redirect(out.ifindex(), 0), BPF_ANY);
        in.attach(xdp -> xdp.redirectMap(map, 1, 0));
        in.inject(0, FRAME, FRAME);
        assertThat(out.awaitTransmitted(2, SOON)).containsExactly(FRAME, FRAME);
        assertThat(out.transmitted(1)).hasSize(2);
        LedgerAssert.settled(datapath).hasTransmitted(2);
        assertThat(map.get(1).orElseThrow().stats().getFirst().redirect()).isEqualTo(2);
    }

    @Test
    void theSecondProgramMayRedirectToAnotherCpu(Datapath datapath) {
        FakeNic in = FakeNic.builder(datapath, "in").up();
        HostCapture host = HostCapture.on(in);
        CpuMap map = new CpuMap(datapath, "cpus", 2);
        map.update(0, 64);
        CpuMap first = new CpuMap(datapath, "first", 2);
        first.update(1, 64, xdp -> xdp.redirectMap(map, 0, 0), BPF_ANY);
        in.attach(xdp -> xdp.redirectMap(first, 1, 0));
        in.inject(0, FRAME, FRAME);
        host.await(2, SOON);
        assertThat(host.received()).allMatch(frame -> frame.worker() == 0);
    }

    // ---- chains and flags

    @Test
    void chainsCross(Datapath datapath) {
        byte[] bytes = Frames.udp4(1, 9000);
        FakeNic in = FakeNic.builder(datapath, "in").up();
        HostCapture host = HostCapture.on(in);
        CpuMap map = new CpuMap(datapath, "cpus", 2);
        map.update(1, 64);
        in.attach(FragsProgram.of(xdp -> xdp.redirectMap(map, 1, 0)));
        in.inject(0, InjectedFrame.of(bytes));
        assertThat(host.await(1, SOON)).containsExactly(bytes);
        map.update(1, 64, xdp -> XDP_PASS, BPF_ANY);
        in.inject(0, InjectedFrame.of(bytes)).awaitProcessed(SOON);
        LedgerAssert.settled(datapath)
                .hasPassed(1)
                .dropsOnly(Map.of(DropReason.RX_FRAGS_UNSUPPORTED, 1L));
    }

    @Test
    void offloadsCross(Datapath datapath) {
        Frames tcp = Frames.ethernet().ipv4("10.0.0.1", "10.0.0.2").tcp(1, 2).payload(100);
        FakeNic in = FakeNic.builder(datapath, "in").up();
        HostCapture host = HostCapture.on(in);
        CpuMap map = new CpuMap(datapath, "cpus", 2);
        map.update(1, 64);
        in.attach(xdp -> xdp.redirectMap(map, 1, 0));
        in.inject(
                0,
                InjectedFrame.of(tcp.partialChecksum().build())
                        .partialChecksum(tcp.transportOffset(), tcp.checksumOffset()));
        host.await(1, SOON);
        assertThat(host.received().getFirst().partialChecksum()).isTrue();
    }

    @Test
    void takesNoBroadcast(Datapath datapath) {
        FakeNic in = FakeNic.builder(datapath, "in").up();
        CpuMap map = new CpuMap(datapath, "cpus", 2);
        map.update(1, 64);
        XdpProgram program =
                xdp -> xdp.redirectMap(map, 1, BROADCAST) == XDP_ABORTED ? XDP_PASS : XDP_DROP;
        in.attach(program);
        in.inject(0, FRAME).awaitProcessed(SOON);
        LedgerAssert.settled(datapath).hasPassed(1);
    }

    private static void assertErrno(int errno, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOf(MapException.class)
                .extracting(e -> ((MapException) e).errno())
                .isEqualTo(errno);
    }

    private static TraceRecorder record(Datapath datapath) {
        TraceRecorder trace = new TraceRecorder();
        var _ = datapath.tracepoints().subscribe(trace);
        return trace;
    }
}
