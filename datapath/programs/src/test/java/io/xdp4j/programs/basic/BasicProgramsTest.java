package io.xdp4j.programs.basic;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.core.redirect.CpuMap;
import io.xdp4j.core.redirect.DevMap;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.testkit.DatapathTest;
import io.xdp4j.testkit.FakeNic;
import io.xdp4j.testkit.Frames;
import io.xdp4j.testkit.HostCapture;
import io.xdp4j.testkit.InjectedFrame;
import io.xdp4j.testkit.LedgerAssert;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

@DatapathTest
final class BasicProgramsTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final byte[] FRAME = Frames.udp4(1, 60);
    private static final byte[] BIG = Frames.udp4(1, 9000);

    private static FakeNic nic(Datapath datapath, String name) {
        return FakeNic.builder(datapath, name).frags(true).mtu(9000).up();
    }

    private static void run(FakeNic nic, XdpProgram program) {
        nic.attach(program);
        nic.inject(0, InjectedFrame.of(FRAME), InjectedFrame.of(BIG)).awaitProcessed(SOON);
    }

    @Test
    void dropDropsEveryFrame(Datapath datapath) {
        run(nic(datapath, "nic0"), Drop.INSTANCE);
        LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.XDP_DROP, 2L));
    }

    @Test
    void passHandsEveryFrameToTheHostSide(Datapath datapath) {
        FakeNic nic = nic(datapath, "nic0");
        HostCapture host = HostCapture.on(nic);
        run(nic, Pass.INSTANCE);
        assertThat(host.await(2, SOON)).containsExactly(FRAME, BIG);
        LedgerAssert.settled(datapath).hasPassed(2).hasNoDrops();
    }

    @Test
    void txSendsEveryFrameBackAsItCame(Datapath datapath) {
        FakeNic nic = nic(datapath, "nic0");
        run(nic, Tx.UNCHANGED);
        assertThat(nic.transmitted()).containsExactly(FRAME, BIG);
        LedgerAssert.settled(datapath).hasTransmitted(2).hasNoDrops();
    }

    @Test
    void txWithExchangedAddressesSendsBackToTheSender(Datapath datapath) {
        FakeNic nic = nic(datapath, "nic0");
        nic.attach(Tx.SWAP_MACS);
        Frames there = Frames.ethernet("02:11:22:33:44:55", "06:66:77:88:99:aa").etherType(0x9000);
        Frames back = Frames.ethernet("06:66:77:88:99:aa", "02:11:22:33:44:55").etherType(0x9000);
        nic.inject(0, there.build(), new byte[11]).awaitProcessed(SOON);
        assertThat(nic.transmitted()).containsExactly(back.build());
        LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.XDP_ABORTED, 1L));
    }

    @Test
    void redirectSendsToADevice(Datapath datapath) {
        FakeNic out = nic(datapath, "out");
        run(nic(datapath, "in"), new RedirectTo.Device(out.ifindex()));
        assertThat(out.transmitted()).containsExactly(FRAME, BIG);
    }

    @Test
    void redirectToNowhereIsCounted(Datapath datapath) {
        run(nic(datapath, "in"), new RedirectTo.Device(999));
        LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.REDIRECT_NO_TARGET, 2L));
    }

    @Test
    void redirectMapSendsToAnEntry(Datapath datapath) {
        FakeNic out = nic(datapath, "out");
        DevMap map = new DevMap(datapath, "tx_port", 4);
        map.update(3, out);
        FakeNic in = nic(datapath, "in");
        run(in, new RedirectTo.Entry(map, 3));
        assertThat(out.transmitted()).containsExactly(FRAME, BIG);
        run(in, new RedirectTo.Entry(map, 2));
        LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.XDP_ABORTED, 2L));
    }

    @Test
    void redirectMapSendsToACpu(Datapath datapath) {
        CpuMap map = new CpuMap(datapath, "cpu_map", 2);
        map.update(1, 64);
        FakeNic in = nic(datapath, "in");
        HostCapture host = HostCapture.on(in);
        run(in, new RedirectTo.Entry(map, 1));
        assertThat(host.await(2, SOON)).containsExactly(FRAME, BIG);
    }

    @Test
    void broadcastSendsToAllDevicesWithOrWithoutTheIngress(Datapath datapath) {
        List<FakeNic> nics = List.of(nic(datapath, "a"), nic(datapath, "b"), nic(datapath, "c"));
        DevMap map = new DevMap(datapath, "forward_map", 4);
        for (int i = 0; i < nics.size(); i++) {
            map.update(i, nics.get(i));
        }
        run(nics.getFirst(), new RedirectTo.Broadcast(map, true));
        assertThat(nics).extracting(nic -> nic.transmitted().size()).containsExactly(0, 2, 2);
        run(nics.getFirst(), new RedirectTo.Broadcast(map, false));
        assertThat(nics).extracting(nic -> nic.transmitted().size()).containsExactly(2, 4, 4);
        LedgerAssert.settled(datapath).hasNoDrops();
    }

    @Test
    void programsHaveTheNamesOfTheToolsThatUseThem() {
        assertThat(List.of(Drop.INSTANCE, Pass.INSTANCE, Tx.UNCHANGED, Tx.SWAP_MACS))
                .extracting(XdpProgram::name)
                .containsExactly("drop", "pass", "tx", "tx-swap-macs");
        assertThat(new RedirectTo.Device(1).name()).isEqualTo("redirect");
    }
}
