package io.xdp4j.programs.bridge;

import static io.xdp4j.programs.bridge.SwitchRig.frame;
import static io.xdp4j.programs.bridge.SwitchRig.hex;
import static io.xdp4j.programs.bridge.SwitchRig.mac;
import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.testkit.DatapathTest;
import io.xdp4j.testkit.LedgerAssert;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DatapathTest
final class SwitchLearningTest {
    private static final String A = "02:00:00:00:00:0a";
    private static final String B = "02:00:00:00:00:0b";
    private static final String C = "02:00:00:00:00:0c";
    private static final String ALL = "ff:ff:ff:ff:ff:ff";

    @Test
    void floodsToTheOtherPortsUntilItKnowsTheDestination(Datapath datapath) {
        try (SwitchRig rig = SwitchRig.plain(datapath, "p0", "p1", "p2")) {
            assertThat(rig.send("p0", frame(A, B)).senders()).containsExactly("p1", "p2");
            assertThat(rig.send("p1", frame(B, A)).senders()).containsExactly("p0");
            assertThat(rig.send("p0", frame(A, B)).senders()).containsExactly("p1");
            assertThat(rig.whereIs(A)).containsExactly("p0");
            assertThat(rig.stats("p0"))
                    .returns(1L, SwitchPortStats::learned)
                    .returns(1L, SwitchPortStats::flooded)
                    .returns(1L, SwitchPortStats::forwarded);
            LedgerAssert.settled(datapath).hasTransmitted(4).hasNoDrops();
        }
    }

    @Test
    void forwardsEveryByteAsItCame(Datapath datapath) {
        try (SwitchRig rig = SwitchRig.plain(datapath, "p0", "p1")) {
            byte[] tagged = {
                0x02, 0, 0, 0, 0, 0xb, 0x02, 0, 0, 0, 0, 0xa, (byte) 0x81, 0, 0x60, 7, 8, 0
            };
            assertThat(rig.send("p0", frame(A, B), tagged).sent("p1"))
                    .containsExactly(hex(frame(A, B)), hex(tagged));
            rig.send("p1", frame(B, A)).sent("p0");
            assertThat(rig.send("p0", tagged).sent("p1")).containsExactly(hex(tagged));
        }
    }

    @Test
    void doesNotSendAFrameBackToThePortItCameFrom(Datapath datapath) {
        try (SwitchRig rig = SwitchRig.plain(datapath, "p0", "p1")) {
            rig.send("p0", frame(A, ALL), frame(B, A)).sent("p1");
            assertThat(rig.senders()).isEmpty();
            LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.SWITCH_SAME_PORT, 1L));
        }
    }

    @Test
    void followsAStationToAnotherPort(Datapath datapath) {
        try (SwitchRig rig = SwitchRig.plain(datapath, "p0", "p1", "p2")) {
            rig.send("p0", frame(A, ALL)).send("p1", frame(A, ALL)).senders();
            assertThat(rig.send("p2", frame(B, A)).senders()).containsExactly("p1");
            assertThat(rig.stats("p1").moved()).isEqualTo(1);
            assertThat(rig.stats("p1").learned()).isZero();
            assertThat(rig.bridge().fdbSize()).isEqualTo(2);
        }
    }

    @Test
    void forgetsASilentStationAfterTheAgeingTime(Datapath datapath) {
        SwitchSpec spec =
                SwitchRig.plainSpec("p0", "p1", "p2").withMacTable(1024, Duration.ofSeconds(10));
        try (SwitchRig rig = SwitchRig.of(datapath, spec)) {
            rig.send("p0", frame(A, ALL)).senders();
            rig.advance(Duration.ofSeconds(10));
            assertThat(rig.send("p1", frame(B, A)).senders()).containsExactly("p0");
            rig.send("p0", frame(A, ALL)).senders();
            rig.advance(Duration.ofSeconds(10));
            assertThat(rig.send("p1", frame(B, A)).senders()).containsExactly("p0");
            rig.advance(Duration.ofSeconds(1));
            assertThat(rig.send("p1", frame(B, A)).senders()).containsExactly("p0", "p2");
            assertThat(rig.whereIs(A)).isEmpty();
            assertThat(rig.whereIs(B)).containsExactly("p1");
        }
    }

    @Test
    void sweepMakesRoomOfForgottenStations(Datapath datapath) {
        SwitchSpec spec = SwitchRig.plainSpec("p0", "p1").withMacTable(16, Duration.ofSeconds(2));
        try (SwitchRig rig = SwitchRig.of(datapath, spec)) {
            for (int n = 0; n < 16; n++) {
                rig.send("p0", frame(SwitchRig.station(n), ALL));
            }
            assertThat(rig.bridge().fdbSize()).isEqualTo(16);
            for (int second = 0; second < 11; second++) {
                rig.advance(Duration.ofSeconds(1));
            }
            assertThat(rig.bridge().fdbSize()).isZero();
        }
    }

    @Test
    void floodsForStationsThatFindNoRoomInTheTable(Datapath datapath) {
        SwitchSpec spec =
                SwitchRig.plainSpec("p0", "p1", "p2").withMacTable(16, Duration.ofMinutes(5));
        try (SwitchRig rig = SwitchRig.of(datapath, spec)) {
            for (int n = 0; n < 18; n++) {
                rig.send("p0", frame(SwitchRig.station(n), ALL));
            }
            rig.senders();
            assertThat(rig.send("p1", frame(C, SwitchRig.station(15))).senders())
                    .containsExactly("p0");
            assertThat(rig.send("p1", frame(C, SwitchRig.station(17))).senders())
                    .containsExactly("p0", "p2");
            assertThat(rig.stats("p0").tableFull()).isEqualTo(2);
            assertThat(rig.stats("p1").tableFull()).isEqualTo(2);
            assertThat(rig.bridge().fdbSize()).isEqualTo(16);
        }
    }

    @Test
    void staticEntriesNeitherMoveNorAge(Datapath datapath) {
        SwitchSpec spec =
                SwitchRig.plainSpec("p0", "p1", "p2")
                        .withMacTable(1024, Duration.ofSeconds(5))
                        .withStaticEntries(new StaticEntry(mac(A), "p2", 0));
        try (SwitchRig rig = SwitchRig.of(datapath, spec)) {
            assertThat(rig.send("p0", frame(B, A)).senders()).containsExactly("p2");
            assertThat(rig.send("p1", frame(A, B)).senders()).containsExactly("p0");
            assertThat(rig.stats("p1").refusedMoves()).isEqualTo(1);
            rig.advance(Duration.ofHours(1));
            assertThat(rig.send("p0", frame(B, A)).senders()).containsExactly("p2");
            assertThat(rig.bridge().fdb()).contains(new FdbEntry(mac(A), 0, "p2", true, 0));
        }
    }

    @Test
    void staticEntriesCanBeSetAndTakenAwayAtRunTime(Datapath datapath) {
        try (SwitchRig rig = SwitchRig.plain(datapath, "p0", "p1", "p2")) {
            rig.send("p1", frame(A, ALL)).senders();
            assertThat(rig.bridge().addStatic(new StaticEntry(mac(A), "p2", 0))).isTrue();
            assertThat(rig.send("p0", frame(B, A)).senders()).containsExactly("p2");
            assertThat(rig.bridge().forget(mac(A), 0)).isTrue();
            assertThat(rig.bridge().forget(mac(A), 0)).isFalse();
            assertThat(rig.send("p0", frame(B, A)).senders()).containsExactly("p1", "p2");
            rig.bridge().flush();
            assertThat(rig.bridge().fdb()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "01:80:c2:00:00:00",
                "01:80:c2:00:00:01",
                "01:80:c2:00:00:03",
                "01:80:c2:00:00:0e",
                "01:80:c2:00:00:0f"
            })
    void keepsLinkLocalGroupsButLearnsFromThem(String group, Datapath datapath) {
        try (SwitchRig rig = SwitchRig.plain(datapath, "p0", "p1")) {
            assertThat(rig.send("p0", frame(A, group)).senders()).isEmpty();
            assertThat(rig.whereIs(A)).containsExactly("p0");
            LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.SWITCH_LINK_LOCAL, 1L));
        }
    }

    @ParameterizedTest
    @CsvSource({"01:80:c2:00:00:10", "01:80:c2:00:01:00", "33:33:00:00:00:01", "01:00:5e:00:00:fb"})
    void floodsOtherGroups(String group, Datapath datapath) {
        try (SwitchRig rig = SwitchRig.plain(datapath, "p0", "p1", "p2")) {
            assertThat(rig.send("p0", frame(A, group)).senders()).containsExactly("p1", "p2");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00:00:00:00:00:00",
                "01:00:00:00:00:01",
                "ff:ff:ff:ff:ff:ff",
                "03:00:00:00:00:01"
            })
    void dropsFramesFromAddressesThatNoStationHas(String source, Datapath datapath) {
        try (SwitchRig rig = SwitchRig.plain(datapath, "p0", "p1")) {
            assertThat(rig.send("p0", frame(source, B)).senders()).isEmpty();
            assertThat(rig.bridge().fdb()).isEmpty();
            LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.SWITCH_BAD_SOURCE, 1L));
        }
    }

    @Test
    void showsItsTableInOrder(Datapath datapath) {
        try (SwitchRig rig = SwitchRig.plain(datapath, "p0", "p1")) {
            rig.send("p1", frame(B, ALL));
            rig.advance(Duration.ofSeconds(7));
            rig.send("p0", frame(A, ALL));
            assertThat(rig.bridge().fdb())
                    .isEqualTo(
                            List.of(
                                    new FdbEntry(mac(A), 0, "p0", false, 0),
                                    new FdbEntry(mac(B), 0, "p1", false, 7)));
        }
    }

    @Test
    @DatapathTest(frames = 2048)
    void remembersAHundredThousandStations(Datapath datapath) {
        try (SwitchRig rig = SwitchRig.plain(datapath, "p0", "p1", "p2")) {
            int stations = 100_000;
            byte[][] frames = new byte[500][];
            for (int n = 0; n < stations; ) {
                for (int i = 0; i < frames.length; i++) {
                    frames[i] = frame(SwitchRig.station(n++), SwitchRig.station(n % 1000));
                }
                rig.send("p0", frames);
                rig.senders();
            }
            assertThat(rig.bridge().fdbSize()).isEqualTo(stations);
            assertThat(rig.stats("p0"))
                    .returns((long) stations, SwitchPortStats::learned)
                    .returns(0L, SwitchPortStats::tableFull);
            for (int n = 0; n < stations; ) {
                for (int i = 0; i < frames.length; i++) {
                    frames[i] = frame(B, SwitchRig.station(n++));
                }
                rig.send("p1", frames);
            }
            assertThat(rig.stats("p1").forwarded()).isEqualTo(stations);
            assertThat(rig.stats("p1").flooded()).isZero();
        }
    }
}
