package io.xdp4j.testkit.program;

import static io.xdp4j.core.program.XdpAction.XDP_PASS;
import static io.xdp4j.core.program.XdpAction.XDP_TX;
import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.program.XdpBuff;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.testkit.DatapathTest;
import io.xdp4j.testkit.FakeNic;
import io.xdp4j.testkit.FragsProgram;
import io.xdp4j.testkit.Frames;
import io.xdp4j.testkit.HostCapture;
import io.xdp4j.testkit.InjectedFrame;
import io.xdp4j.testkit.LedgerAssert;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/// The limits of `bpf_xdp_adjust_head`, `_tail` and `_meta`; answers are negative errnos.
@DatapathTest(workers = 1)
final class AdjustTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final byte[] FRAME = Frames.udp4(1, 100);
    private static final int EINVAL = -22;
    private static final int EACCES = -13;
    private static final int EOPNOTSUPP = -95;

    @Test
    void headReachesUpToTheFrameHeaderAndDownToFourteenBytes(Datapath datapath) {
        assertThat(answers(datapath, xdp -> List.of(xdp.adjustHead(-216), xdp.adjustHead(-1))))
                .containsExactly(0, EINVAL);
        assertThat(answers(datapath, xdp -> List.of(xdp.adjustHead(-217), xdp.length())))
                .containsExactly(EINVAL, 100);
        assertThat(
                        answers(
                                datapath,
                                xdp ->
                                        List.of(
                                                xdp.adjustHead(87),
                                                xdp.adjustHead(86),
                                                xdp.length(),
                                                xdp.adjustHead(1))))
                .containsExactly(EINVAL, 0, 14, EINVAL);
        assertThat(
                        answers(
                                datapath,
                                xdp ->
                                        List.of(
                                                xdp.adjustHead(Integer.MAX_VALUE),
                                                xdp.adjustHead(Integer.MIN_VALUE))))
                .containsExactly(EINVAL, EINVAL);
    }

    @Test
    void tailGrowsWithZeroesUpToTheKeptRoom(Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        HostCapture host = HostCapture.on(nic);
        List<Integer> answers = new ArrayList<>();
        nic.attach(xdp -> {
            int room = XdpFrame.LINEAR_BYTES - xdp.length();
            answers.add(xdp.adjustTail(room + 1));
            answers.add(xdp.adjustTail(room));
            answers.add(xdp.adjustTail(1));
            return XDP_PASS;
        });
        dirtyPool(nic);
        answers.clear();
        nic.inject(0, FRAME).awaitProcessed(SOON);
        byte[] grown = host.frames().getLast();
        assertThat(answers).containsExactly(EINVAL, 0, EINVAL);
        assertThat(grown).hasSize(XdpFrame.LINEAR_BYTES).startsWith(FRAME);
        assertThat(Arrays.copyOfRange(grown, FRAME.length, grown.length)).containsOnly(0);
    }

    /// Fills the chunk that the next frame will use.
    private static void dirtyPool(FakeNic nic) {
        byte[] full = new byte[XdpFrame.LINEAR_BYTES];
        Arrays.fill(full, (byte) 0x55);
        nic.inject(0, full).awaitProcessed(SOON);
    }

    @Test
    void tailShrinksDownToFourteenBytes(Datapath datapath) {
        assertThat(
                        answers(
                                datapath,
                                xdp ->
                                        List.of(
                                                xdp.adjustTail(-87),
                                                xdp.adjustTail(-86),
                                                xdp.length(),
                                                xdp.adjustTail(Integer.MIN_VALUE))))
                .containsExactly(EINVAL, 0, 14, EINVAL);
    }

    @Test
    void metaTakesMultiplesOfFourUpToThirtyTwo(Datapath datapath) {
        assertThat(
                        answers(
                                datapath,
                                xdp ->
                                        List.of(
                                                xdp.adjustMeta(4),
                                                xdp.adjustMeta(-3),
                                                xdp.adjustMeta(-36),
                                                xdp.adjustMeta(-32),
                                                xdp.metaLength(),
                                                xdp.adjustMeta(-4),
                                                xdp.adjustMeta(33),
                                                xdp.adjustMeta(28),
                                                xdp.metaLength())))
                .containsExactly(EINVAL, EACCES, EACCES, 0, 32, EACCES, EINVAL, 0, 4);
    }

    @Test
    void metadataMovesWithTheHeadAndTakesItsRoom(Datapath datapath) {
        assertThat(
                        answers(
                                datapath,
                                xdp -> {
                                    xdp.adjustMeta(-8);
                                    xdp.putMeta32(0, 11);
                                    xdp.putMeta32(4, 22);
                                    return List.of(
                                            xdp.adjustHead(-209),
                                            xdp.adjustHead(-208),
                                            xdp.meta32(0),
                                            xdp.meta32(4),
                                            xdp.adjustMeta(-4),
                                            xdp.metaLength());
                                }))
                .containsExactly(EINVAL, 0, 11, 22, EINVAL, 8);
    }

    @Test
    void aChainShrinksOverItsChunksAndDoesNotGrow(Datapath datapath) {
        byte[] bytes = Frames.udp4(1, 1000);
        FakeNic nic = FakeNic.builder(datapath, "nic0").mtu(9000).up();
        HostCapture host = HostCapture.on(nic);
        List<Integer> answers = new ArrayList<>();
        nic.attach(
                FragsProgram.of(xdp -> {
                    answers.add(xdp.adjustTail(1));
                    answers.add(xdp.adjustTail(-987));
                    answers.add(xdp.adjustTail(-100));
                    answers.add(xdp.totalLength());
                    return XDP_PASS;
                }));
        nic.inject(0, InjectedFrame.of(bytes).firstChunk(300)).awaitProcessed(SOON);
        assertThat(answers).containsExactly(EOPNOTSUPP, EINVAL, 0, 900);
        assertThat(host.frames()).containsExactly(Arrays.copyOf(bytes, 900));
    }

    @Test
    void aChainCutBackToOneChunkIsNoChainAnyMore(Datapath datapath) {
        byte[] bytes = Frames.udp4(1, 1000);
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        List<Integer> answers = new ArrayList<>();
        nic.attach(
                FragsProgram.of(xdp -> {
                    answers.add(xdp.adjustTail(-700));
                    answers.add(xdp.length());
                    answers.add(xdp.totalLength());
                    answers.add(xdp.adjustTail(-100));
                    answers.add(xdp.adjustTail(50));
                    return XDP_TX;
                }));
        nic.inject(0, InjectedFrame.of(bytes).firstChunk(300)).awaitProcessed(SOON);
        assertThat(answers).containsExactly(0, 300, 300, 0, 0);
        assertThat(nic.transmitted())
                .singleElement()
                .satisfies(sent ->
                        assertThat(sent).hasSize(250).startsWith(Arrays.copyOf(bytes, 200)));
        LedgerAssert.settled(datapath).hasTransmitted(1).hasNoDrops();
    }

    @Test
    void shrinkingMayReachIntoTheFirstChunk(Datapath datapath) {
        byte[] bytes = Frames.udp4(1, 1000);
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        nic.attach(
                FragsProgram.of(xdp -> {
                    xdp.adjustTail(-986);
                    return XDP_TX;
                }));
        nic.inject(0, InjectedFrame.of(bytes).firstChunk(300)).awaitProcessed(SOON);
        assertThat(nic.transmitted()).containsExactly(Arrays.copyOf(bytes, 14));
    }

    private static List<Integer> answers(
            Datapath datapath, Function<XdpBuff, List<Integer>> calls) {
        List<Integer> answers = new ArrayList<>();
        XdpProgram program =
                xdp -> {
                    answers.addAll(calls.apply(xdp));
                    return XDP_PASS;
                };
        FakeNic nic =
                (FakeNic)
                        datapath.device("nic0")
                                .orElseGet(() -> FakeNic.builder(datapath, "nic0").up());
        nic.attach(program);
        nic.inject(0, FRAME).awaitProcessed(SOON);
        return answers;
    }
}
