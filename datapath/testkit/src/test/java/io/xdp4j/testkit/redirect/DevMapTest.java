package io.xdp4j.testkit.redirect;

import static io.xdp4j.core.program.RedirectMap.BROADCAST;
import static io.xdp4j.core.program.RedirectMap.EXCLUDE_INGRESS;
import static io.xdp4j.core.program.XdpAction.XDP_ABORTED;
import static io.xdp4j.core.program.XdpAction.XDP_DROP;
import static io.xdp4j.core.program.XdpAction.XDP_PASS;
import static io.xdp4j.core.program.XdpAction.XDP_TX;
import static io.xdp4j.core.redirect.UpdateFlags.BPF_ANY;
import static io.xdp4j.core.redirect.UpdateFlags.BPF_EXIST;
import static io.xdp4j.core.redirect.UpdateFlags.BPF_NOEXIST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.frame.FrameCache;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.napi.Worker;
import io.xdp4j.core.program.RedirectMap;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.core.redirect.DevMap;
import io.xdp4j.core.redirect.DevMapHash;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.ebpf.MapException;
import io.xdp4j.testkit.DatapathTest;
import io.xdp4j.testkit.FakeNic;
import io.xdp4j.testkit.FragsProgram;
import io.xdp4j.testkit.Frames;
import io.xdp4j.testkit.InjectedFrame;
import io.xdp4j.testkit.LedgerAssert;
import io.xdp4j.testkit.TraceRecorder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DatapathTest(workers = 2)
final class DevMapTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final byte[] FRAME = Frames.udp4(1, 60);
    private static final int ENOENT = 2;
    private static final int E2BIG = 7;
    private static final int EEXIST = 17;
    private static final int EINVAL = 22;

    enum Kind {
        DEVMAP,
        DEVMAP_HASH
    }

    // ---- updates

    @Test
    void anArrayRefusesWhatTheKernelRefuses(Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").build();
        DevMap map = new DevMap(datapath, "ports", 4);
        assertErrno(EINVAL, () -> map.update(0, nic, null, 3));
        assertErrno(E2BIG, () -> map.update(4, nic));
        assertErrno(E2BIG, () -> map.update(-1, nic));
        assertErrno(EEXIST, () -> map.update(0, nic, null, BPF_NOEXIST));
        assertErrno(EINVAL, () -> map.delete(4));
        assertErrno(EINVAL, () -> new DevMap(datapath, "none", 0));
        assertThatCode(() -> map.delete(3)).doesNotThrowAnyException();
        map.update(3, nic, null, BPF_EXIST);
        assertThat(map.get(3)).contains(nic);
        assertThat(map.get(4)).isEmpty();
        map.delete(3);
        assertThat(map.get(3)).isEmpty();
    }

    @Test
    void aHashRefusesWhatTheKernelRefuses(Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").build();
        DevMapHash map = new DevMapHash(datapath, "ports", 2);
        assertErrno(EINVAL, () -> map.update(0, nic, null, 3));
        map.update(-7, nic, null, BPF_EXIST);
        assertErrno(EEXIST, () -> map.update(-7, nic, null, BPF_NOEXIST));
        map.update(1_000_000, nic, null, BPF_NOEXIST);
        assertErrno(E2BIG, () -> map.update(5, nic));
        map.update(-7, nic, null, BPF_ANY);
        assertErrno(ENOENT, () -> map.delete(5));
        map.delete(-7);
        assertErrno(ENOENT, () -> map.delete(-7));
        map.update(5, nic);
    }

    @Test
    void aHashFindsAllItsKeys(Datapath datapath) {
        FakeNic in = FakeNic.builder(datapath, "in").up();
        FakeNic out = FakeNic.builder(datapath, "out").up();
        DevMapHash map = new DevMapHash(datapath, "ports", 300);
        for (int i = 0; i < 300; i++) {
            map.update(i * 0x0100_0001, out);
        }
        for (int i = 0; i < 300; i += 3) {
            map.delete(i * 0x0100_0001);
        }
        in.attach(xdp -> xdp.redirectMap(map, xdp.s32(14), XDP_PASS));
        byte[][] frames = new byte[400][];
        for (int i = 0; i < frames.length; i++) {
            int key = i * 0x0100_0001;
            frames[i] =
                    Frames.ethernet()
                            .etherType(0x88b5)
                            .payload(
                                    new byte[] {
                                        (byte) (key >>> 24),
                                        (byte) (key >>> 16),
                                        (byte) (key >>> 8),
                                        (byte) key
                                    })
                            .build();
        }
        in.inject(0, frames).awaitProcessed(SOON);
        LedgerAssert.settled(datapath).hasTransmitted(200).hasPassed(200);
    }

    @ParameterizedTest
    @EnumSource
    void aClosedDeviceLeavesTheMap(Kind kind, Datapath datapath) {
        FakeNic in = FakeNic.builder(datapath, "in").up();
        FakeNic gone = FakeNic.builder(datapath, "gone").up();
        RedirectMap map = mapOf(datapath, kind, gone);
        in.attach(xdp -> xdp.redirectMap(map, 0, XDP_TX));
        in.inject(0, FRAME).awaitProcessed(SOON);
        assertThat(gone.transmitted()).hasSize(1);
        gone.close();
        in.inject(0, FRAME).awaitProcessed(SOON);
        assertThat(in.transmitted()).hasSize(1);
    }

    // ---- look-ups

    @ParameterizedTest
    @EnumSource
    void theLowFlagBitsAreTheActionOnAMiss(Kind kind, Datapath datapath) {
        FakeNic in = FakeNic.builder(datapath, "in").up();
        RedirectMap map = mapOf(datapath, kind);
        int[] answers = new int[4];
        in.attach(xdp -> {
            for (int flags = 0; flags < 4; flags++) {
                answers[flags] = xdp.redirectMap(map, 99, flags);
            }
            return XDP_PASS;
        });
        in.inject(0, FRAME).awaitProcessed(SOON);
        assertThat(answers).containsExactly(XDP_ABORTED, XDP_DROP, XDP_PASS, XDP_TX);
    }

    @ParameterizedTest
    @EnumSource
    void aMissClearsAnEarlierCall(Kind kind, Datapath datapath) {
        FakeNic in = FakeNic.builder(datapath, "in").up();
        FakeNic out = FakeNic.builder(datapath, "out").up();
        RedirectMap map = mapOf(datapath, kind, out);
        in.attach(xdp -> {
            int hit = xdp.redirectMap(map, 0, 0);
            xdp.redirectMap(map, 99, 0);
            return hit;
        });
        in.inject(0, FRAME).awaitProcessed(SOON);
        LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.REDIRECT_NO_TARGET, 1L));
    }

    @ParameterizedTest
    @EnumSource
    void otherFlagBitsAreAborted(Kind kind, Datapath datapath) {
        FakeNic in = FakeNic.builder(datapath, "in").up();
        FakeNic out = FakeNic.builder(datapath, "out").up();
        RedirectMap map = mapOf(datapath, kind, out);
        in.attach(xdp ->
                xdp.redirectMap(map, 0, 4) == XDP_ABORTED
                                && xdp.redirectMap(map, 0, 32 | BROADCAST) == XDP_ABORTED
                                && xdp.redirectMap(map, 0, 1L << 40) == XDP_ABORTED
                        ? XDP_PASS
                        : XDP_DROP);
        in.inject(0, FRAME).awaitProcessed(SOON);
        LedgerAssert.settled(datapath).hasPassed(1);
    }

    @Test
    void tracepointsNameMapAndKey(Datapath datapath) {
        FakeNic in = FakeNic.builder(datapath, "in").up();
        FakeNic out = FakeNic.builder(datapath, "out").up();
        DevMap map = new DevMap(datapath, "ports", 8);
        map.update(5, out);
        TraceRecorder trace = record(datapath);
        in.attach(xdp -> xdp.redirectMap(map, 5, 0));
        in.inject(0, FRAME).awaitProcessed(SOON);
        out.down();
        in.inject(0, FRAME).awaitProcessed(SOON);
        String ids = " map_id=" + map.id() + " map_index=5";
        assertThat(trace.lines("xdp_redirect"))
                .containsExactly(
                        "xdp_redirect prog_id=1 action=REDIRECT ifindex=1001 to_ifindex=1002 err=0"
                                + ids);
        assertThat(trace.lines("xdp_redirect_err"))
                .containsExactly(
                        "xdp_redirect_err prog_id=1 action=REDIRECT ifindex=1001 to_ifindex=1002"
                                + " err=-100"
                                + ids);
    }

    // ---- broadcast

    @ParameterizedTest
    @EnumSource
    void broadcastSendsACopyToEachAndIgnoresTheKey(Kind kind, Datapath datapath) {
        FakeNic in = FakeNic.builder(datapath, "in").up();
        FakeNic[] out = ports(datapath, 3);
        RedirectMap map = mapOf(datapath, kind, out[0], in, out[1], out[2]);
        in.attach(xdp -> {
            xdp.adjustHead(-2);
            xdp.putU16(0, 0x1234);
            return xdp.redirectMap(map, 999, BROADCAST);
        });
        in.inject(0, FRAME).awaitProcessed(SOON);
        byte[] sent = new byte[62];
        System.arraycopy(FRAME, 0, sent, 2, 60);
        sent[0] = 0x12;
        sent[1] = 0x34;
        for (FakeNic nic : List.of(in, out[0], out[1], out[2])) {
            assertThat(nic.transmitted()).containsExactly(sent);
        }
        LedgerAssert.settled(datapath).hasIn(4).hasTransmitted(4).hasNoDrops();
    }

    @ParameterizedTest
    @EnumSource
    void broadcastMayExcludeTheIngress(Kind kind, Datapath datapath) {
        FakeNic in = FakeNic.builder(datapath, "in").up();
        FakeNic[] out = ports(datapath, 2);
        RedirectMap map = mapOf(datapath, kind, out[0], out[1], in);
        in.attach(xdp -> xdp.redirectMap(map, 0, BROADCAST | EXCLUDE_INGRESS));
        in.inject(0, FRAME, FRAME).awaitProcessed(SOON);
        assertThat(in.transmitted()).isEmpty();
        assertThat(out[0].transmitted()).hasSize(2);
        assertThat(out[1].transmitted()).hasSize(2);
    }

    @ParameterizedTest
    @EnumSource
    void broadcastSkipsWhatCannotTakeTheFrame(Kind kind, Datapath datapath) {
        FakeNic in = FakeNic.builder(datapath, "in").up();
        FakeNic small = FakeNic.builder(datapath, "small").mtu(68).up();
        FakeNic down = FakeNic.builder(datapath, "down").build();
        FakeNic good = FakeNic.builder(datapath, "good").up();
        RedirectMap map = mapOf(datapath, kind, good, small, down);
        in.attach(xdp -> xdp.redirectMap(map, 0, BROADCAST));
        in.inject(0, Frames.udp4(1, 500)).awaitProcessed(SOON);
        assertThat(good.transmitted()).hasSize(1);
        LedgerAssert.settled(datapath).hasIn(1).hasTransmitted(1).hasNoDrops();
    }

    @ParameterizedTest
    @EnumSource
    void broadcastToNobodyFreesTheFrameWithoutAnError(Kind kind, Datapath datapath) {
        FakeNic in = FakeNic.builder(datapath, "in").up();
        RedirectMap map = mapOf(datapath, kind, in);
        TraceRecorder trace = record(datapath);
        in.attach(xdp -> xdp.redirectMap(map, 0, BROADCAST | EXCLUDE_INGRESS));
        in.inject(0, FRAME).awaitProcessed(SOON);
        assertThat(in.rxQueues().getFirst().xdpRedirect()).isEqualTo(1);
        assertThat(trace.lines("xdp_redirect")).hasSize(1);
        assertThat(trace.lines("xdp_redirect_err")).isEmpty();
        LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.REDIRECT_NO_ENTRY, 1L));
    }

    @Test
    void broadcastCopiesChains(Datapath datapath) {
        byte[] bytes = Frames.udp4(1, 9000);
        FakeNic in = FakeNic.builder(datapath, "in").up();
        DevMap map = new DevMap(datapath, "ports", 3);
        FakeNic plain = FakeNic.builder(datapath, "plain").mtu(9000).up();
        FakeNic one = FakeNic.builder(datapath, "one").mtu(9000).frags(true).up();
        FakeNic two = FakeNic.builder(datapath, "two").mtu(9000).frags(true).up();
        map.update(0, plain);
        map.update(1, one);
        map.update(2, two);
        in.attach(FragsProgram.of(xdp -> xdp.redirectMap(map, 0, BROADCAST)));
        in.inject(0, InjectedFrame.of(bytes)).awaitProcessed(SOON);
        assertThat(one.transmitted()).containsExactly(bytes);
        assertThat(two.transmitted()).containsExactly(bytes);
        assertThat(plain.transmitted()).isEmpty();
    }

    @Test
    void broadcastWithoutFreeChunksIsCounted(Datapath datapath) {
        FakeNic in = FakeNic.builder(datapath, "in").up();
        FakeNic[] out = ports(datapath, 3);
        RedirectMap map = mapOf(datapath, Kind.DEVMAP, out);
        in.attach(xdp -> xdp.redirectMap(map, 0, BROADCAST));
        Worker worker = in.rxQueues().getFirst().worker();
        AtomicReference<List<XdpFrame>> held = new AtomicReference<>(List.of());
        worker.eventLoop()
                .submit(() -> held.set(takeAllButOne(worker.frames())))
                .syncUninterruptibly();
        in.inject(0, FRAME).awaitProcessed(SOON);
        worker.eventLoop()
                .submit(() -> held.get().forEach(worker.frames()::free))
                .syncUninterruptibly();
        LedgerAssert.settled(datapath)
                .hasIn(3)
                .hasTransmitted(1)
                .dropsOnly(Map.of(DropReason.CLONE_NO_MEMORY, 2L));
    }

    private static List<XdpFrame> takeAllButOne(FrameCache frames) {
        List<XdpFrame> taken = new ArrayList<>();
        XdpFrame frame = frames.allocate();
        while (frame != null) {
            taken.add(frame);
            frame = frames.allocate();
        }
        frames.free(taken.removeLast());
        return taken;
    }

    // ---- egress programs

    @ParameterizedTest
    @EnumSource
    void theEgressProgramSeesBothDevicesAndMayChangeTheFrame(Kind kind, Datapath datapath) {
        FakeNic in = FakeNic.builder(datapath, "in").queues(2).up();
        FakeNic out = FakeNic.builder(datapath, "out").up();
        int[][] seen = new int[1][];
        RedirectMap map =
                mapWith(
                        datapath,
                        kind,
                        out,
                        xdp -> {
                            seen[0] =
                                    new int[] {
                                        xdp.ingressIfindex(),
                                        xdp.rxQueueIndex(),
                                        xdp.egressIfindex(),
                                        xdp.cpu()
                                    };
                            xdp.adjustTail(-10);
                            return XDP_PASS;
                        });
        in.attach(xdp -> xdp.redirectMap(map, 0, 0));
        in.inject(1, FRAME).awaitProcessed(SOON);
        assertThat(seen[0]).containsExactly(1001, 1, 1002, 1);
        assertThat(out.transmitted()).containsExactly(Arrays.copyOf(FRAME, 50));
    }

    @Test
    void whatTheEgressProgramDoesNotPassIsFreed(Datapath datapath) {
        FakeNic in = FakeNic.builder(datapath, "in").up();
        FakeNic out = FakeNic.builder(datapath, "out").up();
        TraceRecorder trace = record(datapath);
        RedirectMap map =
                mapWith(
                        datapath,
                        Kind.DEVMAP,
                        out,
                        xdp ->
                                switch (xdp.length()) {
                                    case 60 -> XDP_DROP;
                                    case 61 -> XDP_ABORTED;
                                    case 62 -> XDP_TX;
                                    case 63 -> throw new IllegalStateException("of the test");
                                    case 64 -> xdp.drop(DropReason.SWITCH_VLAN_EGRESS);
                                    default -> XDP_PASS;
                                });
        in.attach(xdp -> xdp.redirectMap(map, 0, 0));
        byte[][] frames = new byte[7][];
        for (int i = 0; i < frames.length; i++) {
            frames[i] = Frames.udp4(i, 60 + i);
        }
        in.inject(0, frames).awaitProcessed(SOON);
        assertThat(out.transmitted()).containsExactly(frames[5], frames[6]);
        assertThat(trace.lines("xdp_exception"))
                .containsExactly(
                        "xdp_exception prog_id=1 action=ABORTED ifindex=1002",
                        "xdp_exception prog_id=1 action=TX ifindex=1002",
                        "xdp_exception prog_id=1 action=ABORTED ifindex=1002");
        assertThat(trace.lines("xdp_devmap_xmit"))
                .containsExactly(
                        "xdp_devmap_xmit ndo_xdp_xmit from_ifindex=1001 to_ifindex=1002"
                                + " action=REDIRECT sent=2 drops=5 err=0");
        LedgerAssert.settled(datapath)
                .hasTransmitted(2)
                .dropsOnly(
                        Map.of(DropReason.DEVMAP_PROGRAM, 4L, DropReason.SWITCH_VLAN_EGRESS, 1L));
    }

    @Test
    void theEgressProgramRunsAtTheFlushWithTheFirstFramesProgram(Datapath datapath) {
        FakeNic in = FakeNic.builder(datapath, "in").up();
        FakeNic out = FakeNic.builder(datapath, "out").up();
        StringBuilder order = new StringBuilder();
        DevMap map = new DevMap(datapath, "ports", 2);
        map.update(0, out, egress(order, 'a'), BPF_ANY);
        map.update(1, out, egress(order, 'b'), BPF_ANY);
        in.attach(xdp -> {
            order.append('.');
            return xdp.redirectMap(map, xdp.length() - 60, 0);
        });
        in.inject(0, Frames.udp4(1, 61), Frames.udp4(1, 60), Frames.udp4(1, 61))
                .awaitProcessed(SOON);
        assertThat(order.toString()).isEqualTo("...bbb");
        in.inject(0, Frames.udp4(1, 60), Frames.udp4(1, 61)).awaitProcessed(SOON);
        assertThat(order.toString()).isEqualTo("...bbb..aa");
    }

    private static XdpProgram egress(StringBuilder order, char name) {
        return xdp -> {
            order.append(name);
            return XDP_PASS;
        };
    }

    @Test
    void broadcastRunsEachTargetsProgramOnItsOwnCopy(Datapath datapath) {
        FakeNic in = FakeNic.builder(datapath, "in").up();
        FakeNic[] out = ports(datapath, 2);
        DevMap map = new DevMap(datapath, "ports", 2);
        XdpProgram stamp =
                xdp -> {
                    xdp.putU16(12, xdp.egressIfindex());
                    return XDP_PASS;
                };
        map.update(0, out[0], stamp, BPF_ANY);
        map.update(1, out[1], stamp, BPF_ANY);
        in.attach(xdp -> xdp.redirectMap(map, 0, BROADCAST));
        in.inject(0, FRAME).awaitProcessed(SOON);
        for (FakeNic nic : out) {
            byte[] stamped = FRAME.clone();
            stamped[12] = (byte) (nic.ifindex() >>> 8);
            stamped[13] = (byte) nic.ifindex();
            assertThat(nic.transmitted()).containsExactly(stamped);
        }
    }

    // ---- helpers

    private static FakeNic[] ports(Datapath datapath, int count) {
        FakeNic[] ports = new FakeNic[count];
        Arrays.setAll(ports, i -> FakeNic.builder(datapath, "out" + i).up());
        return ports;
    }

    private static RedirectMap mapOf(Datapath datapath, Kind kind, FakeNic... nics) {
        return switch (kind) {
            case DEVMAP -> {
                DevMap map = new DevMap(datapath, "ports", 16);
                for (int i = 0; i < nics.length; i++) {
                    map.update(i, nics[i]);
                }
                yield map;
            }
            case DEVMAP_HASH -> {
                DevMapHash map = new DevMapHash(datapath, "ports", 16);
                for (int i = 0; i < nics.length; i++) {
                    map.update(i, nics[i]);
                }
                yield map;
            }
        };
    }

    private static RedirectMap mapWith(
            Datapath datapath, Kind kind, FakeNic nic, @Nullable XdpProgram egress) {
        if (kind == Kind.DEVMAP) {
            DevMap map = new DevMap(datapath, "ports", 1);
            map.update(0, nic, egress, BPF_ANY);
            return map;
        }
        DevMapHash map = new DevMapHash(datapath, "ports", 1);
        map.update(0, nic, egress, BPF_ANY);
        return map;
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
