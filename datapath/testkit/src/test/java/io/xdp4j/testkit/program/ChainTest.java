package io.xdp4j.testkit.program;

import static io.xdp4j.core.program.XdpAction.XDP_ABORTED;
import static io.xdp4j.core.program.XdpAction.XDP_DROP;
import static io.xdp4j.core.program.XdpAction.XDP_PASS;
import static io.xdp4j.core.program.XdpAction.XDP_TX;
import static io.xdp4j.ebpf.Errno.E2BIG;
import static io.xdp4j.ebpf.Errno.EBUSY;
import static io.xdp4j.ebpf.Errno.EEXIST;
import static io.xdp4j.ebpf.Errno.ENOENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.core.device.ChainedProgram;
import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.XdpChain;
import io.xdp4j.core.device.XdpFlags;
import io.xdp4j.core.device.XdpMode;
import io.xdp4j.core.program.XdpBuff;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.testkit.DatapathTest;
import io.xdp4j.testkit.FakeNic;
import io.xdp4j.testkit.FragsProgram;
import io.xdp4j.testkit.Frames;
import io.xdp4j.testkit.HostCapture;
import io.xdp4j.testkit.LedgerAssert;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/// Several programs on one device.
@DatapathTest
final class ChainTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final byte[] FRAME = Frames.udp4(1, 60);

    /// Notes its name at each run.
    private record Letter(String name, int action, List<String> runs) implements XdpProgram {
        @Override
        public int run(XdpBuff xdp) {
            runs.add(name);
            return action;
        }
    }

    private final List<String> runs = new CopyOnWriteArrayList<>();

    private Letter letter(String name, int action) {
        return new Letter(name, action, runs);
    }

    private static ChainedProgram at(int priority, XdpProgram program) {
        return new ChainedProgram(program, priority, ChainedProgram.DEFAULT_ACTIONS);
    }

    @Test
    void programsRunInOrderOfPriorityThenNameThenLoading(Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        nic.xdp().load(List.of(at(50, letter("c", XDP_PASS)), at(50, letter("b", XDP_PASS))), 0);
        nic.attach(letter("d", XDP_DROP), 60, ChainedProgram.DEFAULT_ACTIONS);
        nic.attach(letter("z", XDP_PASS), 10, ChainedProgram.DEFAULT_ACTIONS);
        nic.inject(0, FRAME).awaitProcessed(SOON);
        assertThat(String.join("", runs)).isEqualTo("zbcd");
        assertThat(nic.xdp().chain())
                .extracting(ChainedProgram::priority)
                .containsExactly(10, 50, 50, 60);
        assertThat(Objects.requireNonNull(nic.attached()).program().name())
                .isEqualTo(XdpChain.NAME);
        LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.XDP_DROP, 1L));
    }

    @Test
    void anActionOutsideTheMaskIsTheAnswer(Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        int dropToo = 1 << XDP_DROP | 1 << XDP_PASS;
        nic.attach(letter("a", XDP_DROP), 1, dropToo);
        nic.attach(letter("b", XDP_TX), 2, dropToo);
        nic.attach(letter("c", XDP_DROP), 3, dropToo);
        nic.inject(0, FRAME).awaitTransmitted(1, SOON);
        assertThat(String.join("", runs)).isEqualTo("ab");
        nic.xdp().unload(nic.xdp().chain().get(1).program());
        HostCapture host = HostCapture.on(nic);
        nic.inject(0, FRAME);
        assertThat(host.await(1, SOON)).as("after the last program a packet passes").hasSize(1);
        assertThat(String.join("", runs)).isEqualTo("abac");
        LedgerAssert.settled(datapath).hasPassed(1);
    }

    @Test
    void anExceptionIsAborted(Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        nic.attach(xdp -> xdp.u8(4000), 1, 1 << XDP_ABORTED | 1 << XDP_PASS);
        nic.attach(letter("b", XDP_PASS), 2, ChainedProgram.DEFAULT_ACTIONS);
        nic.inject(0, FRAME).awaitProcessed(SOON);
        assertThat(String.join("", runs)).isEqualTo("");
        LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.XDP_ABORTED, 1L));
    }

    @Test
    void tenProgramsFit(Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        List<ChainedProgram> ten = new ArrayList<>();
        for (int i = 0; i < XdpChain.MAX_PROGRAMS; i++) {
            ten.add(ChainedProgram.of(letter(String.valueOf((char) ('a' + i)), XDP_PASS)));
        }
        nic.xdp().load(ten, 0);
        assertThatThrownBy(() -> nic.attach(letter("k", XDP_PASS), 1, 0))
                .extracting("errno")
                .isEqualTo(E2BIG);
        nic.inject(0, FRAME).awaitProcessed(SOON);
        assertThat(String.join("", runs)).isEqualTo("abcdefghij");
        for (ChainedProgram one : ten) {
            nic.xdp().unload(one.program());
        }
        assertThat(nic.xdp().mode()).isNull();
        assertThat(nic.attached()).isNull();
        LedgerAssert.settled(datapath).hasPassed(1);
    }

    @Test
    void aChainAndASingleProgramExcludeEachOther(Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        XdpProgram alone = letter("a", XDP_PASS);
        nic.attach(alone);
        assertThat(nic.xdp().chain()).containsExactly(ChainedProgram.of(alone));
        assertThatThrownBy(() -> nic.attach(letter("b", XDP_PASS), 1, 0))
                .hasMessage("attach(nic0): EBUSY: program a is there alone; detach it first")
                .extracting("errno")
                .isEqualTo(EBUSY);
        assertThatThrownBy(() -> nic.xdp().unload(alone)).extracting("errno").isEqualTo(ENOENT);
        nic.detach();
        nic.attach(alone, 1, 0);
        assertThatThrownBy(() -> nic.attach(alone, 1, 0)).extracting("errno").isEqualTo(EEXIST);
        assertThatThrownBy(() -> nic.xdp().unload(letter("c", XDP_PASS)))
                .extracting("errno")
                .isEqualTo(ENOENT);
        nic.attach(letter("d", XDP_PASS));
        assertThat(nic.xdp().chain()).as("ip link replaces the dispatcher").hasSize(1);
    }

    @Test
    void aChainRunsGenericToo(Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        nic.xdp().load(List.of(at(1, letter("a", XDP_PASS))), XdpFlags.SKB_MODE);
        nic.attach(letter("b", XDP_DROP), 2, 0);
        assertThat(nic.xdp().mode()).isEqualTo(XdpMode.SKB);
        nic.inject(0, FRAME).awaitProcessed(SOON);
        assertThat(String.join("", runs)).isEqualTo("ab");
        LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.XDP_DROP, 1L));
    }

    @Test
    void oneProgramForSingleChunksKeepsLongPacketsOut(Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").mtu(9000).up();
        nic.attach(FragsProgram.of(letter("a", XDP_PASS)), 1, ChainedProgram.DEFAULT_ACTIONS);
        nic.inject(0, Frames.udp4(1, 8000)).awaitProcessed(SOON);
        nic.attach(letter("b", XDP_PASS), 2, 0);
        nic.inject(0, Frames.udp4(1, 8000)).awaitProcessed(SOON);
        assertThat(String.join("", runs)).isEqualTo("a");
        LedgerAssert.settled(datapath)
                .hasPassed(1)
                .dropsOnly(Map.of(DropReason.RX_FRAGS_UNSUPPORTED, 1L));
    }
}
