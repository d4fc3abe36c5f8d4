package io.xdp4j.testkit.redirect;

import static io.xdp4j.core.program.XdpAction.XDP_ABORTED;
import static io.xdp4j.core.program.XdpAction.XDP_DROP;
import static io.xdp4j.core.program.XdpAction.XDP_PASS;
import static io.xdp4j.core.program.XdpAction.XDP_REDIRECT;
import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.core.redirect.DevMap;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.testkit.DatapathTest;
import io.xdp4j.testkit.FakeNic;
import io.xdp4j.testkit.FragsProgram;
import io.xdp4j.testkit.Frames;
import io.xdp4j.testkit.InjectedFrame;
import io.xdp4j.testkit.LedgerAssert;
import io.xdp4j.testkit.TraceRecorder;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// `bpf_redirect` to a device by its interface index.
@DatapathTest(workers = 2)
final class RedirectTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final byte[] FRAME = Frames.udp4(1, 60);

    @Test
    void sendsByTheWorkerThatReceived(Datapath datapath) {
        FakeNic in = FakeNic.builder(datapath, "in").queues(2).up();
        FakeNic out = FakeNic.builder(datapath, "out").up();
        TraceRecorder trace = record(datapath);
        in.attach(xdp -> xdp.redirect(out.ifindex(), 0));
        in.inject(0, FRAME).inject(1, FRAME, FRAME).awaitProcessed(SOON);
        assertThat(out.transmitted(0)).containsExactly(FRAME);
        assertThat(out.transmitted(1)).containsExactly(FRAME, FRAME);
        assertThat(in.rxQueues().get(1).xdpRedirect()).isEqualTo(2);
        assertThat(trace.lines("xdp_redirect"))
                .hasSize(3)
                .containsOnly(
                        "xdp_redirect prog_id=1 action=REDIRECT ifindex=1001 to_ifindex=1002 err=0"
                                + " map_id=2147483647 map_index=0");
        LedgerAssert.settled(datapath).hasTransmitted(3).hasNoDrops();
    }

    @Test
    void flushesOnceAPollInBulksOfSixteen(Datapath datapath) {
        FakeNic in = FakeNic.builder(datapath, "in").up();
        FakeNic out = FakeNic.builder(datapath, "out").up();
        TraceRecorder trace = record(datapath);
        in.attach(xdp -> xdp.redirect(out.ifindex(), 0));
        byte[][] frames = new byte[40][];
        for (int i = 0; i < frames.length; i++) {
            frames[i] = Frames.udp4(i, 60);
        }
        in.inject(0, frames).awaitProcessed(SOON);
        assertThat(out.transmitted()).containsExactly(frames);
        assertThat(out.flushes()).isEqualTo(1);
        String line =
                "xdp_devmap_xmit ndo_xdp_xmit from_ifindex=1001 to_ifindex=1002 action=REDIRECT"
                        + " sent=%d drops=0 err=0";
        assertThat(trace.lines("xdp_devmap_xmit"))
                .containsExactly(line.formatted(16), line.formatted(16), line.formatted(8));
    }

    @Test
    void anUnknownDeviceIsAnError(Datapath datapath) {
        assertError(datapath, xdp -> xdp.redirect(77, 0), -22, DropReason.REDIRECT_NO_TARGET);
        assertError(datapath, xdp -> xdp.redirect(-1, 0), -22, DropReason.REDIRECT_NO_TARGET);
        assertError(
                datapath,
                xdp -> xdp.redirect(Integer.MAX_VALUE, 0),
                -22,
                DropReason.REDIRECT_NO_TARGET);
    }

    @Test
    void aClosedDeviceIsAnError(Datapath datapath) {
        FakeNic gone = FakeNic.builder(datapath, "gone").up();
        gone.close();
        assertError(
                datapath,
                xdp -> xdp.redirect(gone.ifindex(), 0),
                -22,
                DropReason.REDIRECT_NO_TARGET);
    }

    @Test
    void aDeviceThatIsDownIsAnError(Datapath datapath) {
        FakeNic out = FakeNic.builder(datapath, "out").build();
        assertError(
                datapath,
                xdp -> xdp.redirect(out.ifindex(), 0),
                -100,
                DropReason.REDIRECT_DEVICE_DOWN);
    }

    @Test
    void theMtuAllowsHeaderAndOneTagMore(Datapath datapath) {
        FakeNic in = FakeNic.builder(datapath, "in").up();
        FakeNic out = FakeNic.builder(datapath, "out").mtu(200).up();
        TraceRecorder trace = record(datapath);
        in.attach(xdp -> xdp.redirect(out.ifindex(), 0));
        in.inject(0, Frames.udp4(1, 218), Frames.udp4(1, 219)).awaitProcessed(SOON);
        assertThat(out.transmitted()).containsExactly(Frames.udp4(1, 218));
        assertThat(trace.lines("xdp_redirect_err"))
                .containsExactly(
                        "xdp_redirect_err prog_id=1 action=REDIRECT ifindex=1001 to_ifindex=1002"
                                + " err=-90 map_id=2147483647 map_index=0");
        LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.REDIRECT_TOO_LONG, 1L));
    }

    @Test
    void aChainNeedsADeviceThatSendsChains(Datapath datapath) {
        FakeNic in = FakeNic.builder(datapath, "in").up();
        FakeNic without = FakeNic.builder(datapath, "without").up();
        FakeNic with = FakeNic.builder(datapath, "with").frags(true).up();
        in.attach(
                FragsProgram.of(xdp ->
                        xdp.redirect(
                                xdp.totalLength() == 600 ? with.ifindex() : without.ifindex(), 0)));
        in.inject(0, InjectedFrame.of(Frames.udp4(1, 600)).firstChunk(100));
        in.inject(0, InjectedFrame.of(Frames.udp4(1, 601)).firstChunk(100)).awaitProcessed(SOON);
        assertThat(with.transmitted()).containsExactly(Frames.udp4(1, 600));
        LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.REDIRECT_UNSUPPORTED, 1L));
    }

    @Test
    void flagsAreAborted(Datapath datapath) {
        FakeNic in = FakeNic.builder(datapath, "in").up();
        in.attach(xdp -> {
            int action = xdp.redirect(in.ifindex(), 1);
            return action == XDP_ABORTED ? XDP_PASS : XDP_DROP;
        });
        in.inject(0, FRAME).awaitProcessed(SOON);
        LedgerAssert.settled(datapath).hasPassed(1);
    }

    @Test
    void theLastCallWins(Datapath datapath) {
        FakeNic in = FakeNic.builder(datapath, "in").up();
        FakeNic one = FakeNic.builder(datapath, "one").up();
        FakeNic two = FakeNic.builder(datapath, "two").up();
        DevMap map = new DevMap(datapath, "ports", 2);
        map.update(0, two);
        in.attach(xdp -> {
            xdp.redirect(one.ifindex(), 0);
            return xdp.redirectMap(map, 0, 0);
        });
        in.inject(0, FRAME).awaitProcessed(SOON);
        in.attach(xdp -> {
            xdp.redirectMap(map, 0, 0);
            return xdp.redirect(one.ifindex(), 0);
        });
        in.inject(0, FRAME, FRAME).awaitProcessed(SOON);
        assertThat(two.transmitted()).hasSize(1);
        assertThat(one.transmitted()).hasSize(2);
    }

    @Test
    void aCallDoesNotStickToTheNextRun(Datapath datapath) {
        FakeNic in = FakeNic.builder(datapath, "in").up();
        FakeNic out = FakeNic.builder(datapath, "out").up();
        in.attach(xdp -> {
            if (xdp.length() == 60) {
                xdp.redirect(out.ifindex(), 0);
            }
            return XDP_REDIRECT;
        });
        in.inject(0, FRAME, Frames.udp4(1, 61)).awaitProcessed(SOON);
        assertThat(out.transmitted()).containsExactly(FRAME);
        LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.REDIRECT_NO_TARGET, 1L));
    }

    @Test
    void aCallWithBadFlagsLeavesTheOneBeforeIt(Datapath datapath) {
        FakeNic in = FakeNic.builder(datapath, "in").up();
        FakeNic out = FakeNic.builder(datapath, "out").up();
        in.attach(xdp -> {
            xdp.redirect(out.ifindex(), 0);
            xdp.redirect(out.ifindex(), 8);
            return XDP_REDIRECT;
        });
        in.inject(0, FRAME).awaitProcessed(SOON);
        assertThat(out.transmitted()).containsExactly(FRAME);
        LedgerAssert.settled(datapath).hasNoDrops();
    }

    @Test
    void whatTheDriverRefusesIsCountedAndFreed(Datapath datapath) {
        FakeNic in = FakeNic.builder(datapath, "in").up();
        FakeNic out = FakeNic.builder(datapath, "out").up().refuseAfter(2);
        TraceRecorder trace = record(datapath);
        in.attach(xdp -> xdp.redirect(out.ifindex(), 0));
        in.inject(0, FRAME, FRAME, FRAME).awaitProcessed(SOON);
        out.failWith(6);
        in.inject(0, FRAME).awaitProcessed(SOON);
        assertThat(trace.lines("xdp_devmap_xmit"))
                .containsExactly(
                        "xdp_devmap_xmit ndo_xdp_xmit from_ifindex=1001 to_ifindex=1002"
                                + " action=REDIRECT sent=2 drops=1 err=0",
                        "xdp_devmap_xmit ndo_xdp_xmit from_ifindex=1001 to_ifindex=1002"
                                + " action=REDIRECT sent=0 drops=1 err=-6");
        assertThat(in.rxQueues().getFirst().xdpRedirect()).isEqualTo(4);
        LedgerAssert.settled(datapath)
                .hasTransmitted(2)
                .dropsOnly(
                        Map.of(
                                DropReason.DEVMAP_XMIT_ERROR, 1L,
                                DropReason.PEER_WITHOUT_NAPI, 1L));
    }

    @Test
    void aDeviceMaySendToItself(Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        nic.attach(xdp -> xdp.redirect(xdp.ingressIfindex(), 0));
        nic.inject(0, FRAME).awaitProcessed(SOON);
        assertThat(nic.transmitted()).containsExactly(FRAME);
    }

    @Test
    void takingDevicesDownAndUpUnderLoadLosesNoFrameFromTheLedger(Datapath datapath) {
        FakeNic in = FakeNic.builder(datapath, "in").queues(2).up();
        FakeNic out = FakeNic.builder(datapath, "out").up();
        in.attach(xdp -> xdp.redirect(out.ifindex(), 0));
        byte[][] batch = Collections.nCopies(200, FRAME).toArray(byte[][]::new);
        for (int i = 0; i < 100; i++) {
            in.inject(i % 2, batch);
            if (i % 2 == 0) {
                out.down();
            } else {
                out.up();
            }
        }
        in.awaitProcessed(SOON);
        LedgerAssert.settled(datapath).hasIn(20_000).hasTransmitted(out.transmitted().size());
    }

    private static void assertError(
            Datapath datapath, XdpProgram program, int errno, DropReason reason) {
        FakeNic in =
                (FakeNic)
                        datapath.device("in").orElseGet(() -> FakeNic.builder(datapath, "in").up());
        TraceRecorder trace = record(datapath);
        in.attach(program);
        long before = datapath.ledger().dropped(reason);
        in.inject(0, FRAME).awaitProcessed(SOON);
        LedgerAssert.settled(datapath).hasDropped(reason, before + 1);
        assertThat(trace.lines("xdp_redirect_err"))
                .singleElement()
                .asString()
                .contains(" err=" + errno + " ");
    }

    private static TraceRecorder record(Datapath datapath) {
        TraceRecorder trace = new TraceRecorder();
        var _ = datapath.tracepoints().subscribe(trace);
        return trace;
    }
}
