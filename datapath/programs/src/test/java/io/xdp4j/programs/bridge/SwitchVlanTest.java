package io.xdp4j.programs.bridge;

import static io.xdp4j.programs.bridge.SwitchRig.hex;
import static io.xdp4j.programs.bridge.SwitchRig.mac;
import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.testkit.DatapathTest;
import io.xdp4j.testkit.Frames;
import io.xdp4j.testkit.LedgerAssert;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

@DatapathTest
final class SwitchVlanTest {
    private static final String A = "02:00:00:00:00:0a";
    private static final String B = "02:00:00:00:00:0b";
    private static final String ALL = "ff:ff:ff:ff:ff:ff";

    /// The table gives, for a frame that comes in by one port, what leaves by the other: the tags,
    /// or the reason why nothing does. Each row is run as a flood and, where a frame leaves, as
    /// known unicast.
    @ParameterizedTest(name = "{0} receives {1}, {2} sends {3}")
    @CsvFileSource(resources = "vlan.csv", useHeadersInDisplayName = false, numLinesToSkip = 1)
    void tagsAsThePortsWantIt(
            String ingress, String received, String egress, String expected, Datapath datapath) {
        SwitchSpec spec = SwitchSpec.of("br0", port("in", ingress), port("out", egress));
        try (SwitchRig rig = SwitchRig.of(datapath, spec)) {
            rig.send("in", frame(A, ALL, received));
            if (expected.contains("_")) {
                assertThat(rig.senders()).isEmpty();
                LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.valueOf(expected), 1L));
                return;
            }
            assertThat(rig.sent("out")).containsExactly(hex(frame(A, ALL, expected)));
            int vlan = rig.bridge().fdb().getFirst().vlan();
            rig.bridge().addStatic(new StaticEntry(mac(B), "out", vlan));
            rig.send("in", frame(A, B, received));
            assertThat(rig.sent("out")).containsExactly(hex(frame(A, B, expected)));
            assertThat(rig.stats("in").forwarded()).isEqualTo(1);
        }
    }

    /// `access:10`, `trunk:10+20` or `trunk:10+20/10`, with the native VLAN last.
    private static SwitchPortSpec port(String name, String mode) {
        String[] parts = mode.split("[:/]", -1);
        if (parts[0].equals("access")) {
            return SwitchPortSpec.access(name, Integer.parseInt(parts[1]));
        }
        int[] ids =
                List.of(parts[1].split("\\+", -1)).stream().mapToInt(Integer::parseInt).toArray();
        int nativeVlan = parts.length < 3 ? PortVlan.Trunk.NO_NATIVE : Integer.parseInt(parts[2]);
        return SwitchPortSpec.trunk(name, VlanSet.of(ids), nativeVlan);
    }

    /// Tags from the outside in, each as `[s]id[p priority]`, with `s` for 0x88a8; `-` for none.
    private static byte[] frame(String from, String to, String tags) {
        Frames frame = Frames.ethernet(from, to);
        for (String tag : tags.equals("-") ? new String[0] : tags.split(" ", -1)) {
            String[] parts = tag.replace("s", "").split("p", -1);
            frame.vlan(
                    tag.startsWith("s") ? 0x88a8 : 0x8100,
                    parts.length < 2 ? 0 : Integer.parseInt(parts[1]),
                    Integer.parseInt(parts[0]));
        }
        return frame.ipv4("10.0.0.1", "10.0.0.2").udp(1, 2).payload(20).build();
    }

    @Test
    void floodsEachPortInItsOwnForm(Datapath datapath) {
        SwitchSpec spec =
                SwitchSpec.of(
                        "br0",
                        port("in", "trunk:10+20+30/10"),
                        port("a20", "access:20"),
                        port("t", "trunk:10+20"),
                        port("n20", "trunk:20+30/20"),
                        port("a10", "access:10"),
                        port("last", "trunk:20"));
        try (SwitchRig rig = SwitchRig.of(datapath, spec)) {
            rig.send("in", frame(A, ALL, "20p5"));
            assertThat(rig.sent("a20")).containsExactly(hex(frame(A, ALL, "-")));
            assertThat(rig.sent("t")).containsExactly(hex(frame(A, ALL, "20p5")));
            assertThat(rig.sent("n20")).containsExactly(hex(frame(A, ALL, "-")));
            assertThat(rig.sent("last")).containsExactly(hex(frame(A, ALL, "20p5")));
            assertThat(rig.senders()).isEmpty();
            rig.send("in", frame(A, ALL, "-"));
            assertThat(rig.sent("a10")).containsExactly(hex(frame(A, ALL, "-")));
            assertThat(rig.sent("t")).containsExactly(hex(frame(A, ALL, "10")));
            assertThat(rig.senders()).isEmpty();
            assertThat(rig.whereIs(A)).containsExactly("in/10", "in/20");
        }
    }

    @Test
    void learnsEachVlanOnItsOwn(Datapath datapath) {
        SwitchSpec spec =
                SwitchSpec.of(
                        "br0",
                        port("t", "trunk:10+20"),
                        port("a", "access:10"),
                        port("b", "access:20"));
        try (SwitchRig rig = SwitchRig.of(datapath, spec)) {
            rig.send("a", frame(A, ALL, "-")).send("b", frame(A, ALL, "-")).senders();
            assertThat(rig.whereIs(A)).containsExactly("a/10", "b/20");
            assertThat(rig.send("t", frame(B, A, "10")).senders()).containsExactly("a");
            assertThat(rig.send("t", frame(B, A, "20")).senders()).containsExactly("b");
        }
    }

    @Test
    void dropsWhatIsKnownBehindAPortThatIsNoMember(Datapath datapath) {
        SwitchSpec spec =
                SwitchSpec.of("br0", port("t", "trunk:10+20"), port("a", "access:10"))
                        .withStaticEntries(new StaticEntry(mac(B), "a", 20));
        try (SwitchRig rig = SwitchRig.of(datapath, spec)) {
            assertThat(rig.send("t", frame(A, B, "20")).senders()).isEmpty();
            LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.SWITCH_VLAN_EGRESS, 1L));
        }
    }

    @Test
    void learnsNothingFromFramesThatThePortRefuses(Datapath datapath) {
        SwitchSpec spec = SwitchSpec.of("br0", port("a", "access:10"), port("b", "access:10"));
        try (SwitchRig rig = SwitchRig.of(datapath, spec)) {
            rig.send("a", frame(A, ALL, "11"), frame(B, "01:80:c2:00:00:00", "11"));
            assertThat(rig.bridge().fdb()).isEmpty();
            LedgerAssert.settled(datapath)
                    .dropsOnly(
                            Map.of(
                                    DropReason.SWITCH_VLAN_INGRESS,
                                    1L,
                                    DropReason.SWITCH_LINK_LOCAL,
                                    1L));
        }
    }

    @Test
    void sendsTheLongestFrameWithItsTag(Datapath datapath) {
        SwitchSpec spec = SwitchSpec.of("br0", port("a", "access:10"), port("t", "trunk:10"));
        try (SwitchRig rig = SwitchRig.of(datapath, spec)) {
            byte[] longest = Frames.ethernet(A, ALL).etherType(0x9000).payload(1500).build();
            assertThat(rig.send("a", longest).sent("t").getFirst()).hasSize(2 * 1518);
            byte[] tooLong = Frames.ethernet(A, ALL).etherType(0x9000).payload(1501).build();
            assertThat(rig.send("a", tooLong).sent("t")).isEmpty();
            LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.REDIRECT_TOO_LONG, 1L));
        }
    }
}
