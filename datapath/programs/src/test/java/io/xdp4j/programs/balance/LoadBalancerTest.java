package io.xdp4j.programs.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.redirect.CpuMap;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.testkit.DatapathTest;
import io.xdp4j.testkit.FakeNic;
import io.xdp4j.testkit.Frames;
import io.xdp4j.testkit.HostCapture;
import io.xdp4j.testkit.InjectedFrame;
import io.xdp4j.testkit.LedgerAssert;
import io.xdp4j.testkit.TransmittedFrame;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

@DatapathTest(workers = 4, frames = 4096)
final class LoadBalancerTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final int WORKERS = 4;
    private static final List<Integer> ALL_CPUS = List.of(0, 1, 2, 3);

    private static CpuMap cpumap(Datapath datapath) {
        CpuMap map = new CpuMap(datapath, "cpu_map", WORKERS);
        ALL_CPUS.forEach(cpu -> map.update(cpu, 2048));
        return map;
    }

    /// A NIC whose host side, per worker, shows where the balancer sent a frame.
    private record Rig(LoadBalancer balancer, FakeNic nic, HostCapture host) {
        static Rig of(Datapath datapath, Integer... available) {
            FakeNic nic = FakeNic.builder(datapath, "nic0").frags(true).up();
            LoadBalancer balancer = new LoadBalancer(cpumap(datapath), WORKERS, List.of(available));
            nic.attach(balancer);
            return new Rig(balancer, nic, HostCapture.on(nic));
        }

        /// The worker that a frame is delivered on.
        int cpuOf(byte[] frame) {
            int before = host.received().size();
            nic.inject(0, frame);
            host.await(before + 1, SOON);
            return host.received().getLast().worker();
        }
    }

    /// With the vectors' hashes, over lists of CPUs that are out of order and of several lengths.
    /// CPU 0 is left out of the lists, for it is where frames that are passed arrive.
    @ParameterizedTest(name = "{0}: {1}")
    @CsvFileSource(resources = "flows.csv", numLinesToSkip = 1)
    void picksTheCpuByTheHash(String what, String hex, long hashU32, Datapath datapath) {
        Rig rig = Rig.of(datapath, 3, 1, 2);
        byte[] frame = HexFormat.of().parseHex(hex.replace(" ", ""));
        int[] cpus = {3, 1, 2};
        assertThat(rig.cpuOf(frame)).as(what).isEqualTo(cpus[(int) (hashU32 % 3)]);
        rig.balancer().setAvailable(List.of(2, 3));
        assertThat(rig.cpuOf(frame)).as(what).isEqualTo(hashU32 % 2 == 0 ? 2 : 3);
        assertThat(rig.balancer().processed()).isEqualTo(2);
        LedgerAssert.settled(datapath).hasPassed(2).hasNoDrops();
    }

    @ParameterizedTest
    @CsvFileSource(resources = "passed.csv", numLinesToSkip = 1)
    void passesWhatItCannotParse(String what, String hex, Datapath datapath) {
        Rig rig = Rig.of(datapath, 1, 2, 3);
        byte[] frame = HexFormat.of().parseHex(hex.replace(" ", ""));
        assertThat(rig.cpuOf(frame)).as(what).isZero();
        assertThat(rig.nic().rxQueues().getFirst().xdpPass()).isEqualTo(1);
    }

    @Test
    void bothDirectionsOfAFlowMeetOnOneCpu(Datapath datapath) {
        Rig rig = Rig.of(datapath, 0, 1, 2, 3);
        RandomGenerator random = RandomGeneratorFactory.getDefault().create(5);
        int[] used = new int[WORKERS];
        for (int n = 0; n < 300; n++) {
            boolean ipv4 = random.nextBoolean();
            String here = address(random, ipv4);
            String there = address(random, ipv4);
            int tags = random.nextInt(3);
            boolean tcp = random.nextBoolean();
            int cpu = rig.cpuOf(packet(here, there, ipv4, tags, tcp, random.nextInt(1 << 16)));
            byte[] reply = packet(there, here, ipv4, tags, tcp, random.nextInt(1 << 16));
            assertThat(rig.cpuOf(reply)).isEqualTo(cpu);
            used[cpu]++;
        }
        assertThat(IntStream.of(used)).allMatch(flows -> flows > 30);
    }

    private static String address(RandomGenerator random, boolean ipv4) {
        String separator = ipv4 ? "." : ":";
        return IntStream.range(0, ipv4 ? 4 : 8)
                .mapToObj(i ->
                        ipv4
                                ? Integer.toString(random.nextInt(256))
                                : Integer.toHexString(random.nextInt(1 << 16)))
                .reduce((left, right) -> left + separator + right)
                .orElseThrow();
    }

    private static byte[] packet(
            String from, String to, boolean ipv4, int tags, boolean tcp, int port) {
        Frames frame = Frames.ethernet();
        for (int tag = 0; tag < tags; tag++) {
            frame.vlan(tag == 0 && tags == 2 ? 0x88a8 : 0x8100, 0, 100 + tag);
        }
        if (ipv4) {
            frame.ipv4(from, to);
        } else {
            frame.ipv6(from, to);
        }
        return (tcp ? frame.tcp(port, 80) : frame.udp(port, 53)).build();
    }

    @Test
    void everyTruncationOfAFlowHasAnAnswer(Datapath datapath) {
        Rig rig = Rig.of(datapath, 1);
        byte[] whole = packet("2001:db8::1", "2001:db8::2", false, 2, true, 7);
        for (int length = 14; length <= whole.length; length++) {
            int cpu = rig.cpuOf(Arrays.copyOf(whole, length));
            assertThat(cpu).isEqualTo(length < 22 ? 0 : 1);
        }
        LedgerAssert.settled(datapath).hasNoDrops();
    }

    @Test
    void cpusThatDoNotExistAreIssues(Datapath datapath) {
        Rig rig = Rig.of(datapath, 4);
        rig.nic().inject(0, Frames.udp4(1, 60), Frames.udp4(2, 60)).awaitProcessed(SOON);
        assertThat(rig.balancer().issues()).isEqualTo(2);
        assertThat(rig.balancer().processed()).isEqualTo(2);
        LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.XDP_ABORTED, 2L));
    }

    @Test
    void withoutCpusOrMapEntriesFramesAreAborted(Datapath datapath) {
        Rig rig = Rig.of(datapath);
        rig.nic().inject(0, Frames.udp4(1, 60)).awaitProcessed(SOON);
        rig.balancer().setAvailable(List.of(1));
        assertThat(rig.balancer().available()).containsExactly(1);
        CpuMap empty = new CpuMap(datapath, "empty", WORKERS);
        rig.nic().attach(new LoadBalancer(empty, WORKERS, ALL_CPUS));
        rig.nic().inject(0, Frames.udp4(1, 60)).awaitProcessed(SOON);
        assertThat(rig.balancer().issues()).isZero();
        LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.XDP_ABORTED, 2L));
    }

    @Test
    void framesOfSeveralChunksGoWhole(Datapath datapath) {
        Rig rig = Rig.of(datapath, 3);
        byte[] big = Frames.udp4(1, 20_000);
        rig.nic().inject(0, InjectedFrame.of(big));
        assertThat(rig.host().await(1, SOON).getFirst()).isEqualTo(big);
        assertThat(rig.host().received()).extracting(TransmittedFrame::worker).containsExactly(3);
    }

    @Test
    void refusesANegativeCpu(Datapath datapath) {
        assertThatThrownBy(() -> Rig.of(datapath, -1)).hasMessage("cpu: -1 (expected: >= 0)");
    }
}
