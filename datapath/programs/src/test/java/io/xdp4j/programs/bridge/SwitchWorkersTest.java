package io.xdp4j.programs.bridge;

import static io.xdp4j.programs.bridge.SwitchRig.frame;
import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.testkit.DatapathTest;
import io.xdp4j.testkit.FakeNic;
import io.xdp4j.testkit.LedgerAssert;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Several workers at one switch.
@DatapathTest(workers = 4, frames = 65536)
final class SwitchWorkersTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String ALL = "ff:ff:ff:ff:ff:ff";
    private static final int STATIONS = 4000;

    private static List<FakeNic> nics(Datapath datapath, int count) {
        return IntStream.range(0, count)
                .mapToObj(n -> FakeNic.builder(datapath, "p" + n).queues(4).up())
                .toList();
    }

    @Test
    void learnTheSameStationsOnceEach(Datapath datapath) {
        List<FakeNic> nics = nics(datapath, 2);
        byte[][] frames =
                IntStream.range(0, STATIONS)
                        .mapToObj(n -> frame(SwitchRig.station(n), "02:00:00:00:00:01"))
                        .toArray(byte[][]::new);
        SwitchSpec spec =
                SwitchRig.plainSpec("p0", "p1")
                        .withStaticEntries(new StaticEntry(0x0200_0000_0001L, "p1", 0));
        try (LearningSwitch bridge = new LearningSwitch(datapath, spec)) {
            bridge.attach();
            for (int queue = 0; queue < 4; queue++) {
                nics.getFirst().inject(queue, frames);
            }
            nics.getFirst().awaitProcessed(SOON);
            assertThat(bridge.fdbSize()).isEqualTo(STATIONS + 1);
            assertThat(bridge.fdb())
                    .filteredOn(entry -> !entry.isStatic())
                    .hasSize(STATIONS)
                    .allMatch(entry -> entry.port().equals("p0"));
            LedgerAssert.settled(datapath).hasTransmitted(4L * STATIONS).hasNoDrops();
        }
    }

    @Test
    void stationsThatRoamBetweenPortsHaveOnePlaceInTheEnd(Datapath datapath) {
        List<FakeNic> nics = nics(datapath, 4);
        List<String> names = nics.stream().map(FakeNic::name).toList();
        try (LearningSwitch bridge =
                new LearningSwitch(datapath, SwitchRig.plainSpec(names.toArray(String[]::new)))) {
            bridge.attach();
            byte[][] roaming =
                    IntStream.range(0, 100)
                            .mapToObj(n -> frame(SwitchRig.station(n), SwitchRig.station(n ^ 1)))
                            .toArray(byte[][]::new);
            for (int round = 0; round < 10; round++) {
                for (int n = 0; n < nics.size(); n++) {
                    nics.get(n).inject((n + round) % 4, roaming);
                }
            }
            nics.forEach(nic -> nic.awaitProcessed(SOON));
            assertThat(bridge.fdbSize()).isEqualTo(100);
            for (int n = 0; n < 100; n++) {
                nics.get(n % 4).inject(n % 3, frame(SwitchRig.station(n), ALL));
            }
            nics.forEach(nic -> nic.awaitProcessed(SOON));
            List<String> where = bridge.fdb().stream().map(FdbEntry::port).toList();
            List<String> expected = new ArrayList<>();
            IntStream.range(0, 100).forEach(n -> expected.add("p" + n % 4));
            assertThat(where).isEqualTo(expected);
            LedgerAssert.settled(datapath).isBalanced();
        }
    }

    @Test
    void portsComeAndGoUnderTraffic(Datapath datapath) {
        List<FakeNic> nics = nics(datapath, 3);
        byte[][] frames =
                IntStream.range(0, 200)
                        .mapToObj(n -> frame(SwitchRig.station(n), SwitchRig.station(n + 1)))
                        .toArray(byte[][]::new);
        try (LearningSwitch bridge =
                new LearningSwitch(datapath, SwitchRig.plainSpec("p0", "p1", "p2"))) {
            bridge.attach();
            for (int round = 0; round < 30; round++) {
                nics.get(0).inject(round % 4, frames);
                nics.get(1).inject((round + 1) % 4, frames);
                bridge.removePort("p2");
                bridge.addPort(SwitchPortSpec.plain("p2"));
                nics.get(2).inject((round + 2) % 4, frames);
            }
            nics.forEach(nic -> nic.awaitProcessed(SOON));
            bridge.removePort("p2");
            assertThat(bridge.fdb()).allMatch(entry -> !entry.port().equals("p2"));
            LedgerAssert.settled(datapath).isBalanced();
        }
    }
}
