package io.xdp4j.programs.bridge;

import static io.xdp4j.programs.bridge.SwitchRig.frame;
import static io.xdp4j.programs.bridge.SwitchRig.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.programs.bridge.MirrorSpec.Direction;
import io.xdp4j.testkit.DatapathTest;
import io.xdp4j.testkit.FakeNic;
import io.xdp4j.testkit.Frames;
import io.xdp4j.testkit.InjectedFrame;
import io.xdp4j.testkit.LedgerAssert;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DatapathTest
final class SwitchMirrorTest {
    private static final String A = "02:00:00:00:00:0a";
    private static final String B = "02:00:00:00:00:0b";
    private static final String ALL = "ff:ff:ff:ff:ff:ff";
    private static final SwitchSpec PLAIN = SwitchRig.plainSpec("p0", "p1", "p2");

    private static MirrorSpec mirror(Direction direction, String to, String... from) {
        return new MirrorSpec(List.of(from), to, direction);
    }

    @ParameterizedTest
    @CsvSource({
        // copies of: a flood from p0, a flood from p1, unicast p0 to p1, unicast p1 to p0
        "INGRESS, 1, 0, 1, 0",
        "EGRESS,  0, 1, 0, 1",
        "BOTH,    1, 1, 1, 1",
    })
    void copiesWhatAPortReceivesOrSends(
            Direction direction,
            int flood,
            int floodBack,
            int unicast,
            int unicastBack,
            Datapath datapath) {
        SwitchSpec spec = PLAIN.withMirrors(mirror(direction, "tap", "p0"));
        try (SwitchRig rig = SwitchRig.of(datapath, spec, "tap")) {
            assertThat(rig.send("p0", frame(A, ALL)).sent("tap")).hasSize(flood);
            assertThat(rig.send("p1", frame(B, ALL)).sent("tap")).hasSize(floodBack);
            rig.senders();
            assertThat(rig.send("p0", frame(A, B)).sent("tap")).hasSize(unicast);
            assertThat(rig.sent("p1")).containsExactly(hex(frame(A, B)));
            assertThat(rig.send("p1", frame(B, A)).sent("tap")).hasSize(unicastBack);
            assertThat(rig.sent("p0")).containsExactly(hex(frame(B, A)));
            assertThat(rig.senders()).isEmpty();
        }
    }

    @Test
    void aMirrorPortMayBeAnOrdinaryPortToo(Datapath datapath) {
        SwitchSpec spec = PLAIN.withMirrors(mirror(Direction.BOTH, "p2", "p0"));
        try (SwitchRig rig = SwitchRig.of(datapath, spec)) {
            rig.send("p0", frame(A, ALL));
            assertThat(rig.sent("p2")).containsExactly(hex(frame(A, ALL)), hex(frame(A, ALL)));
            assertThat(rig.senders()).containsExactly("p1");
            assertThat(rig.send("p1", frame(B, A)).senders()).containsExactly("p0", "p2");
            rig.send("p2", frame("02:00:00:00:00:0c", A));
            assertThat(rig.senders()).containsExactly("p0", "p2");
            assertThat(rig.stats("p0").mirrored()).isEqualTo(1);
            assertThat(rig.stats("p1").mirrored()).isEqualTo(1);
        }
    }

    @Test
    void aMirrorThatIsNoPortGetsNothingElse(Datapath datapath) {
        SwitchSpec spec = PLAIN.withMirrors(mirror(Direction.INGRESS, "tap", "p0"));
        try (SwitchRig rig = SwitchRig.of(datapath, spec, "tap")) {
            rig.send("p1", frame(A, ALL));
            assertThat(rig.senders()).containsExactly("p0", "p2");
            assertThat(rig.nic("tap").attached()).isNull();
        }
    }

    @Test
    void copiesAreAsReceivedAndAsSent(Datapath datapath) {
        SwitchSpec spec =
                SwitchSpec.of(
                                "br0",
                                SwitchPortSpec.access("in", 10),
                                SwitchPortSpec.trunk("t", VlanSet.of(10)),
                                SwitchPortSpec.access("a", 10))
                        .withMirrors(
                                mirror(Direction.INGRESS, "rx", "in"),
                                mirror(Direction.EGRESS, "tx", "t", "a"));
        try (SwitchRig rig = SwitchRig.of(datapath, spec, "rx", "tx")) {
            byte[] received = tagged(ALL, 0);
            byte[] onTrunk = tagged(ALL, 10);
            rig.send("in", received);
            assertThat(rig.sent("rx")).containsExactly(hex(received));
            assertThat(rig.sent("tx")).containsExactlyInAnyOrder(hex(onTrunk), hex(frame(A, ALL)));
            assertThat(rig.sent("t")).containsExactly(hex(onTrunk));
            assertThat(rig.sent("a")).containsExactly(hex(frame(A, ALL)));
        }
    }

    private static byte[] tagged(String to, int vlan) {
        return Frames.ethernet(A, to)
                .vlan(vlan)
                .ipv4("10.0.0.1", "10.0.0.2")
                .udp(1, 2)
                .payload(20)
                .build();
    }

    @Test
    void showsReceivedFramesThatTheSwitchDrops(Datapath datapath) {
        SwitchSpec spec =
                PLAIN.withMirrors(mirror(Direction.BOTH, "tap", "p0"))
                        .withStormLimit(new StormLimit(1, 0, 0));
        try (SwitchRig rig = SwitchRig.of(datapath, spec, "tap")) {
            byte[] stp = frame(A, "01:80:c2:00:00:00");
            byte[] zero = frame("00:00:00:00:00:00", B);
            rig.send("p0", frame(A, ALL)).senders();
            rig.send("p0", stp, zero, frame(A, ALL), frame(B, A), new byte[13]);
            assertThat(rig.sent("tap"))
                    .containsExactly(hex(stp), hex(zero), hex(frame(A, ALL)), hex(frame(B, A)));
            assertThat(rig.senders()).isEmpty();
            Map<DropReason, Long> drops =
                    Map.of(
                            DropReason.SWITCH_LINK_LOCAL, 1L,
                            DropReason.SWITCH_BAD_SOURCE, 1L,
                            DropReason.SWITCH_STORM, 1L,
                            DropReason.SWITCH_SAME_PORT, 1L,
                            DropReason.SWITCH_MALFORMED, 1L);
            assertThat(rig.stats("p0").drops()).isEqualTo(drops);
            LedgerAssert.settled(datapath).dropsOnly(drops);
        }
    }

    @Test
    void severalMirrorsOfAPortEachGetACopy(Datapath datapath) {
        SwitchSpec spec =
                PLAIN.withMirrors(
                        mirror(Direction.INGRESS, "t1", "p0", "p1"),
                        mirror(Direction.EGRESS, "t2", "p1", "p2"),
                        mirror(Direction.BOTH, "t2", "p1"));
        try (SwitchRig rig = SwitchRig.of(datapath, spec, "t1", "t2")) {
            rig.send("p0", frame(A, ALL));
            assertThat(rig.sent("t1")).hasSize(1);
            assertThat(rig.sent("t2")).hasSize(2);
        }
    }

    @Test
    void goesOnWithoutAMirrorThatVanishedUntilItReturns(Datapath datapath) {
        SwitchSpec spec = PLAIN.withMirrors(mirror(Direction.INGRESS, "tap", "p0"));
        try (SwitchRig rig = SwitchRig.of(datapath, spec, "tap")) {
            rig.nic("tap").close();
            assertThat(rig.send("p0", frame(A, ALL)).senders()).containsExactly("p1", "p2");
            FakeNic back = rig.open("tap", nic -> nic);
            assertThat(rig.bridge().deviceReturned(back)).isFalse();
            assertThat(rig.send("p0", frame(A, ALL)).senders()).containsExactly("p1", "p2", "tap");
            LedgerAssert.settled(datapath).hasNoDrops();
        }
    }

    @Test
    void aMirrorThatIsDownOrRefusesCostsNoFrame(Datapath datapath) {
        SwitchSpec spec = PLAIN.withMirrors(mirror(Direction.INGRESS, "tap", "p0"));
        try (SwitchRig rig = SwitchRig.of(datapath, spec, "tap")) {
            rig.nic("tap").refuseAfter(0);
            assertThat(rig.send("p0", frame(A, ALL)).senders()).containsExactly("p1", "p2");
            LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.DEVMAP_XMIT_ERROR, 1L));
            rig.nic("tap").down();
            assertThat(rig.send("p0", frame(A, ALL)).senders()).containsExactly("p1", "p2");
            LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.DEVMAP_XMIT_ERROR, 1L));
        }
    }

    /// The worker's stock is 64 chunks, the pool behind it is empty, and the frame has 18: itself,
    /// the mirror's copy and one port's fit.
    @Test
    @DatapathTest(workers = 1)
    void countsCopiesForWhichThereIsNoMemory(Datapath datapath) {
        SwitchSpec spec =
                SwitchRig.plainSpec("p0", "p1", "p2", "p3", "tap")
                        .withMirrors(mirror(Direction.INGRESS, "tap", "p0"));
        try (SwitchRig rig = SwitchRig.of(datapath, nic -> nic.offload(true).frags(true), spec)) {
            rig.bridge().removePort("tap");
            rig.send("p0", frame(A, ALL)).senders();
            List<XdpFrame> held = takeAll(datapath);
            InjectedFrame big =
                    InjectedFrame.of(
                                    Frames.ethernet(A, ALL).etherType(2048).payload(70_000).build())
                            .gso(InjectedFrame.GSO_TCPV4, 1000, 54);
            rig.send("p0", big);
            held.forEach(datapath.pool()::freeForeign);
            assertThat(rig.senders()).containsExactly("p1", "p3", "tap");
            LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.CLONE_NO_MEMORY, 1L));
        }
    }

    private static List<XdpFrame> takeAll(Datapath datapath) {
        return Stream.generate(datapath.pool()::allocateForeign)
                .takeWhile(Objects::nonNull)
                .toList();
    }

    @Test
    void namesAMissingMirrorDevice(Datapath datapath) {
        SwitchSpec spec = PLAIN.withMirrors(mirror(Direction.INGRESS, "tap", "p0"));
        assertThatThrownBy(() -> SwitchRig.of(datapath, spec))
                .hasMessage("br0: port tap: no such device");
    }
}
