package io.xdp4j.programs.bridge;

import static io.xdp4j.programs.bridge.SwitchRig.frame;
import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.testkit.DatapathTest;
import io.xdp4j.testkit.FakeNic;
import io.xdp4j.testkit.LedgerAssert;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DatapathTest
final class SwitchStormTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final String A = "02:00:00:00:00:0a";
    private static final String B = "02:00:00:00:00:0b";
    private static final String ALL = "ff:ff:ff:ff:ff:ff";

    @ParameterizedTest
    @CsvSource({
        // destination, limits, of 100 at once, of 100 after 0.5 s, of 100 after 10 s
        "ff:ff:ff:ff:ff:ff, 20, 0, 0, 20, 10, 20",
        "01:00:5e:00:00:01, 0, 30, 0, 30, 15, 30",
        "02:00:00:00:00:0b, 0, 0, 7, 7, 3, 7",
        "ff:ff:ff:ff:ff:ff, 0, 1, 1, 100, 100, 100",
        "01:00:5e:00:00:01, 1, 0, 1, 100, 100, 100",
        "02:00:00:00:00:0b, 1, 1, 0, 100, 100, 100",
        "ff:ff:ff:ff:ff:ff, 1000000000, 0, 0, 100, 100, 100",
    })
    void letsThroughOneSecondsWorthAndThenTheRate(
            String to,
            long broadcast,
            long multicast,
            long unknown,
            int first,
            int second,
            int third,
            Datapath datapath) {
        SwitchSpec spec =
                SwitchRig.plainSpec("p0", "p1")
                        .withStormLimit(new StormLimit(broadcast, multicast, unknown));
        try (SwitchRig rig = SwitchRig.of(datapath, spec)) {
            byte[][] hundred = Collections.nCopies(100, frame(A, to)).toArray(byte[][]::new);
            assertThat(rig.send("p0", hundred).sent("p1")).hasSize(first);
            rig.advance(Duration.ofMillis(500));
            assertThat(rig.send("p0", hundred).sent("p1")).hasSize(second);
            rig.advance(Duration.ofSeconds(10));
            assertThat(rig.send("p0", hundred).sent("p1")).hasSize(third);
            long dropped = 300L - first - second - third;
            assertThat(rig.stats("p0").stormDrops()).isEqualTo(dropped);
            LedgerAssert.settled(datapath).hasDropped(DropReason.SWITCH_STORM, dropped);
        }
    }

    @Test
    void aPortsOwnLimitReplacesTheSwitchs(Datapath datapath) {
        SwitchSpec spec =
                SwitchSpec.of(
                                "br0",
                                SwitchPortSpec.plain("p0"),
                                SwitchPortSpec.plain("p1").withStormLimit(new StormLimit(5, 0, 0)),
                                SwitchPortSpec.plain("p2").withStormLimit(StormLimit.UNLIMITED))
                        .withStormLimit(new StormLimit(2, 0, 0));
        byte[][] ten = Collections.nCopies(10, frame(A, ALL)).toArray(byte[][]::new);
        try (SwitchRig rig = SwitchRig.of(datapath, spec)) {
            assertThat(rig.send("p0", ten).sent("p2")).hasSize(2);
            assertThat(rig.send("p1", ten).sent("p2")).hasSize(5);
            assertThat(rig.send("p2", ten).sent("p1")).hasSize(10 + 2);
        }
    }

    @Test
    void knownUnicastIsNeverLimited(Datapath datapath) {
        SwitchSpec spec = SwitchRig.plainSpec("p0", "p1").withStormLimit(new StormLimit(1, 1, 1));
        byte[][] hundred = Collections.nCopies(100, frame(A, B)).toArray(byte[][]::new);
        try (SwitchRig rig = SwitchRig.of(datapath, spec)) {
            rig.send("p1", frame(B, ALL));
            assertThat(rig.send("p0", hundred).sent("p1")).hasSize(100);
            LedgerAssert.settled(datapath).hasNoDrops();
        }
    }

    @Test
    void eachQueueHasItsShareOfTheLimit(Datapath datapath) {
        FakeNic in = FakeNic.builder(datapath, "p0").queues(2).up();
        FakeNic out = FakeNic.builder(datapath, "p1").up();
        SwitchSpec spec = SwitchRig.plainSpec("p0", "p1").withStormLimit(new StormLimit(11, 0, 0));
        byte[][] twenty = Collections.nCopies(20, frame(A, ALL)).toArray(byte[][]::new);
        try (LearningSwitch bridge = new LearningSwitch(datapath, spec, new ManualClock())) {
            bridge.attach();
            in.inject(0, twenty).awaitProcessed(SOON);
            assertThat(out.transmitted()).hasSize(6);
            in.inject(1, twenty).awaitProcessed(SOON);
            assertThat(out.transmitted()).hasSize(12);
            LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.SWITCH_STORM, 28L));
        }
    }
}
