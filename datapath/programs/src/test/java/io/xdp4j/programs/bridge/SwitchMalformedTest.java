package io.xdp4j.programs.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.core.trace.Ledger;
import io.xdp4j.testkit.DatapathTest;
import io.xdp4j.testkit.Frames;
import io.xdp4j.testkit.InjectedFrame;
import io.xdp4j.testkit.LedgerAssert;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Frames that no station should send: each ends in a counter, and never in an exception.
@DatapathTest
final class SwitchMalformedTest {
    private static final int FRAMES = 20_000;
    private static final long SEED = 20_180_702;

    static List<SwitchSpec> switches() {
        SwitchSpec plain = SwitchRig.plainSpec("p0", "p1", "p2");
        SwitchSpec vlans =
                SwitchSpec.of(
                        "br0",
                        SwitchPortSpec.access("p0", 1),
                        SwitchPortSpec.trunk("p1", VlanSet.ALL),
                        SwitchPortSpec.trunk("p2", VlanSet.ofRange(1, 100), 5));
        return List.of(
                plain,
                vlans,
                mirrored(plain),
                mirrored(vlans).withStormLimit(new StormLimit(100, 100, 100)));
    }

    private static SwitchSpec mirrored(SwitchSpec spec) {
        return spec.withMirrors(
                new MirrorSpec(List.of("p0", "p1"), "p2", MirrorSpec.Direction.BOTH));
    }

    @ParameterizedTest
    @MethodSource("switches")
    @DatapathTest(frames = 4096)
    void randomBytesEndInACounter(SwitchSpec spec, Datapath datapath) {
        RandomGenerator random = RandomGeneratorFactory.getDefault().create(SEED);
        try (SwitchRig rig = SwitchRig.of(datapath, spec)) {
            for (int n = 0; n < FRAMES; n += 100) {
                byte[][] frames = new byte[100][];
                for (int i = 0; i < frames.length; i++) {
                    frames[i] = randomFrame(random);
                }
                rig.send("p" + n / 100 % 3, frames).senders();
            }
            Ledger ledger = datapath.ledger();
            assertThat(ledger.dropped(DropReason.XDP_ABORTED)).isZero();
            assertThat(ledger.dropped(DropReason.SWITCH_MALFORMED)).isPositive();
            LedgerAssert.assertThat(ledger).isBalanced();
        }
    }

    /// Mostly short, with few addresses and often a tag, so that every branch is met.
    private static byte[] randomFrame(RandomGenerator random) {
        byte[] frame = new byte[random.nextInt(random.nextInt(10) == 0 ? 1600 : 24)];
        random.nextBytes(frame);
        for (int at : new int[] {0, 6}) {
            if (frame.length >= at + 6 && random.nextInt(4) != 0) {
                System.arraycopy(
                        new byte[] {2, 0, 0, 0, 0, (byte) random.nextInt(8)}, 0, frame, at, 6);
            }
        }
        if (frame.length > 13 && random.nextBoolean()) {
            frame[12] = (byte) 0x81;
            frame[13] = 0;
        }
        return frame;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 13})
    void framesWithoutAnEthernetHeaderAreMalformed(int length, Datapath datapath) {
        try (SwitchRig rig = SwitchRig.plain(datapath, "p0", "p1")) {
            assertThat(rig.send("p0", new byte[length]).senders()).isEmpty();
            LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.SWITCH_MALFORMED, 1L));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 15, 16, 17})
    void tagsThatAreCutOffAreMalformed(int length, Datapath datapath) {
        SwitchSpec spec =
                SwitchSpec.of(
                        "br0",
                        SwitchPortSpec.trunk("p0", VlanSet.ALL),
                        SwitchPortSpec.trunk("p1", VlanSet.ALL));
        byte[] whole = Frames.ethernet().vlan(5).etherType(0x9000).build();
        try (SwitchRig rig = SwitchRig.of(datapath, spec)) {
            assertThat(whole).hasSize(18);
            rig.send("p0", java.util.Arrays.copyOf(whole, length));
            assertThat(rig.senders()).isEmpty();
            LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.SWITCH_MALFORMED, 1L));
            assertThat(rig.send("p0", whole).sent("p1")).containsExactly(SwitchRig.hex(whole));
        }
    }

    @Test
    void theShortestTaggedFrameCanBeUntagged(Datapath datapath) {
        SwitchSpec spec =
                SwitchSpec.of(
                        "br0",
                        SwitchPortSpec.trunk("p0", VlanSet.ALL),
                        SwitchPortSpec.access("p1", 5));
        byte[] tagged = Frames.ethernet().vlan(5).etherType(0x9000).build();
        byte[] untagged = Frames.ethernet().etherType(0x9000).build();
        try (SwitchRig rig = SwitchRig.of(datapath, spec)) {
            assertThat(rig.send("p0", tagged).sent("p1")).containsExactly(SwitchRig.hex(untagged));
        }
    }

    @Test
    void aHeaderSplitOverChunksIsMalformed(Datapath datapath) {
        SwitchSpec spec =
                SwitchSpec.of(
                        "br0",
                        SwitchPortSpec.trunk("p0", VlanSet.ALL),
                        SwitchPortSpec.access("p1", 5));
        byte[] frame = Frames.ethernet().vlan(5).etherType(0x9000).payload(100).build();
        try (SwitchRig rig = SwitchRig.of(datapath, nic -> nic.frags(true), spec)) {
            rig.send("p0", InjectedFrame.of(frame).firstChunk(17));
            LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.SWITCH_MALFORMED, 1L));
            rig.send("p0", InjectedFrame.of(frame).firstChunk(18));
            assertThat(rig.sent("p1")).hasSize(1);
        }
    }
}
