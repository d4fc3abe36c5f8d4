package io.xdp4j.packet.generator;

import static io.xdp4j.core.program.XdpAction.XDP_DROP;
import static io.xdp4j.core.program.XdpAction.XDP_PASS;
import static io.xdp4j.core.program.XdpAction.XDP_TX;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.DeviceException;
import io.xdp4j.core.device.DeviceSpec;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.device.RxQueue;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.packet.pcap.PcapReader;
import io.xdp4j.testkit.Checksums;
import io.xdp4j.testkit.DatapathTest;
import io.xdp4j.testkit.FragsProgram;
import io.xdp4j.testkit.HostCapture;
import io.xdp4j.testkit.LedgerAssert;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DatapathTest(workers = 2)
final class GeneratorDeviceTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir Path directory;

    @Test
    void makesExactlyTheCountOverAllQueues(Datapath datapath) {
        NetDevice nic = open(datapath, Map.of("queues", 3L, "count", 10_007L, "flows", 100L));
        nic.attach(xdp -> XDP_DROP);
        nic.up();
        awaitExhausted(nic);
        LedgerAssert.settled(datapath)
                .hasIn(10_007)
                .dropsOnly(Map.of(DropReason.XDP_DROP, 10_007L));
        assertThat(nic.rxQueues()).allMatch(queue -> queue.packets() > 0);
        assertThat(nic.linkStats().rxBytes()).isEqualTo(10_007L * 64);
    }

    @Test
    void everyFrameIsWhole(Datapath datapath) {
        Map<String, Object> options =
                Map.of(
                        "flows",
                        60L,
                        "sizes",
                        List.of(60L, 64L, 127L, 129L, 1514L),
                        "protocols",
                        List.of("udp", "tcp", "icmp"),
                        "ip-version",
                        "both",
                        "bidirectional",
                        true,
                        "count",
                        600L);
        List<byte[]> frames = received(datapath, options, 600);
        assertThat(frames).allSatisfy(frame -> assertThat(Checksums.defects(frame)).isEmpty());
        assertThat(frames.stream().map(frame -> frame.length)).contains(60, 127, 129, 1514);
        assertThat(frames.stream().map(GeneratorDeviceTest::kind).distinct())
                .containsExactlyInAnyOrder("4/17", "4/6", "4/1", "6/17", "6/6", "6/58");
    }

    @Test
    void vlanAndMacsAreAsAsked(Datapath datapath) {
        Map<String, Object> options =
                Map.of(
                        "vlan",
                        7L,
                        "src-mac",
                        "02:aa:00:00:00:01",
                        "dst-mac",
                        "ff:ff:ff:ff:ff:ff",
                        "count",
                        1L);
        byte[] frame = received(datapath, options, 1).getFirst();
        assertThat(Arrays.copyOf(frame, 16))
                .isEqualTo(
                        new byte[] {
                            -1, -1, -1, -1, -1, -1, 2, (byte) 0xaa, 0, 0, 0, 1, (byte) 0x81, 0, 0, 7
                        });
        assertThat(Checksums.defects(frame)).isEmpty();
    }

    @Test
    void aFlowStaysOnItsQueueAndFlowsAreDistinct(Datapath datapath) {
        NetDevice nic = open(datapath, Map.of("queues", 4L, "flows", 500L, "count", 2000L));
        Map<Long, Integer> queueOf = new HashMap<>();
        Set<Long> torn = new HashSet<>();
        nic.attach(xdp -> {
            synchronized (queueOf) {
                long flow = ((long) xdp.s32(26) << 32) | (xdp.s32(34) & 0xffff_ffffL);
                Integer before = queueOf.put(flow, xdp.rxQueueIndex());
                if (before != null && before != xdp.rxQueueIndex()) {
                    torn.add(flow);
                }
            }
            return XDP_DROP;
        });
        nic.up();
        awaitExhausted(nic);
        LedgerAssert.settled(datapath).hasIn(2000);
        assertThat(queueOf).hasSize(500);
        assertThat(torn).isEmpty();
    }

    @Test
    void theSameSeedMakesTheSameFrames(Datapath datapath) {
        FlowTable one = new FlowTable(spec("seed", 5L));
        FlowTable same = new FlowTable(spec("seed", 5L));
        FlowTable other = new FlowTable(spec("seed", 6L));
        try (one;
                same;
                other) {
            assertThat(contents(one)).isEqualTo(contents(same)).isNotEqualTo(contents(other));
        }
    }

    @Test
    void oneFlowTakesAllSizesInTurn(Datapath datapath) {
        Map<String, Object> options =
                Map.of("flows", 1L, "sizes", List.of(60L, 100L, 200L), "count", 6L);
        assertThat(received(datapath, options, 6).stream().map(frame -> frame.length))
                .containsExactly(60, 100, 200, 60, 100, 200);
    }

    @Test
    void longFramesAreChains(Datapath datapath) {
        Map<String, Object> options = Map.of("mtu", 9000L, "size", 9014L, "count", 40L);
        List<byte[]> frames = received(datapath, options, 40);
        assertThat(frames).hasSize(40);
        assertThat(frames)
                .allSatisfy(frame -> {
                    assertThat(frame).hasSize(9014);
                    assertThat(Checksums.defects(frame)).isEmpty();
                });
    }

    @Test
    void keepsTheRate(Datapath datapath) {
        NetDevice nic = open(datapath, Map.of("queues", 2L, "rate", 20_000L, "flows", 64L));
        nic.attach(xdp -> XDP_DROP);
        long start = System.nanoTime();
        nic.up();
        await(() -> nic.linkStats().rxPackets() >= 6_000, nic);
        double seconds = (System.nanoTime() - start) / 1e9;
        // Never faster than asked; how much slower is the machine's business.
        assertThat(6_000 / seconds).isLessThan(20_500);
        assertThat(nic.isExhausted()).isFalse();
        datapath.drain(SOON.toNanos());
        long after = nic.linkStats().rxPackets();
        datapath.workers().synchronize();
        assertThat(nic.linkStats().rxPackets()).isEqualTo(after);
    }

    @Test
    void sendsOnlyWhileUp(Datapath datapath) {
        NetDevice nic = open(datapath, Map.of());
        nic.attach(xdp -> XDP_DROP);
        assertThat(nic.linkStats().rxPackets()).isZero();
        nic.up();
        await(() -> nic.linkStats().rxPackets() > 1000, nic);
        nic.down();
        long after = nic.linkStats().rxPackets();
        datapath.workers().synchronize();
        assertThat(nic.linkStats().rxPackets()).isEqualTo(after);
        nic.up();
        await(() -> nic.linkStats().rxPackets() > after + 1000, nic);
    }

    @Test
    void countsWhatItTransmits(Datapath datapath) {
        NetDevice nic = open(datapath, Map.of("queues", 2L, "count", 1000L));
        nic.attach(xdp -> XDP_TX);
        nic.up();
        awaitExhausted(nic);
        LedgerAssert.settled(datapath).hasTransmitted(1000).hasNoDrops();
        assertThat(nic.linkStats().txPackets()).isEqualTo(1000);
        assertThat(nic.linkStats().txBytes()).isEqualTo(64_000);
        assertThat(nic.rxQueues().stream().mapToLong(RxQueue::xdpTx).sum()).isEqualTo(1000);
    }

    @Test
    void refusesFramesLongerThanItsMtu(Datapath datapath) {
        NetDevice nic = open(datapath, Map.of("mtu", 100L, "size", 64L, "count", 10L));
        nic.attach(xdp -> {
            xdp.adjustTail(55);
            return XDP_TX;
        });
        nic.up();
        awaitExhausted(nic);
        LedgerAssert.settled(datapath).dropsOnly(Map.of(DropReason.XDP_TX_ERROR, 10L));
    }

    @Test
    void capturesWhatItTransmits(Datapath datapath) {
        Path file = directory.resolve("out.pcap");
        NetDevice nic =
                open(datapath, Map.of("count", 500L, "queues", 2L, "capture", file.toString()));
        nic.attach(xdp -> {
            xdp.swapMacs();
            return XDP_TX;
        });
        nic.up();
        awaitExhausted(nic);
        LedgerAssert.settled(datapath).hasTransmitted(500);
        nic.down();
        long now = System.currentTimeMillis() * 1_000_000;
        try (PcapReader reader = PcapReader.open(file)) {
            for (int i = 0; i < 500; i++) {
                assertThat(reader.next()).isTrue();
                assertThat(Checksums.defects(reader.bytes())).isEmpty();
                assertThat(now - reader.timestampNanos())
                        .isBetween(
                                -Duration.ofSeconds(1).toNanos(), Duration.ofMinutes(2).toNanos());
            }
            assertThat(reader.next()).isFalse();
        }
    }

    @Test
    void waitsForFreeChunksWhenItHasNoRate(Datapath datapath) {
        NetDevice nic = open(datapath, Map.of("count", 5000L));
        List<XdpFrame> held = new ArrayList<>();
        datapath.workers().all().forEach(worker -> nic.setHostPath(worker, held::add));
        nic.up();
        await(() -> nic.linkStats().rxPackets() >= datapath.pool().size() - 256, nic);
        datapath.workers().all().forEach(worker -> nic.setHostPath(worker, worker.frames()::free));
        RxQueue queue = nic.rxQueues().getFirst();
        queue.worker().eventLoop().execute(() -> held.forEach(queue.worker().frames()::free));
        awaitExhausted(nic);
        LedgerAssert.settled(datapath).hasPassed(5000).hasNoDrops();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    size      | 59     | nic0: size: 59 (expected: number 60..1514)
                    sizes     | big    | nic0: sizes: big (expected: number 60..1514)
                    rate      | -1     | nic0: rate: -1 (expected: number 0..1000000000)
                    vlan      | 4095   | nic0: vlan: 4095 (expected: number 1..4094)
                    protocols | sctp   | nic0: protocols: sctp (expected: some of [udp, tcp, icmp])
                    ip-version| 5      | nic0: ip-version: 5 (expected: one of [4, 6, both])
                    mac       | 02:00  | nic0: mac: 02:00 (expected: a MAC address like 02:00:00:00:00:01)
                    queues    | 65     | nic0: queues: 65 (expected: number 1..64)
                    """)
    void refusesAnOptionWithItsNameAndLimits(
            String option, String value, String message, Datapath datapath) {
        Object given = value.matches("-?\\d+") ? Long.valueOf(value) : value;
        assertThatThrownBy(() -> open(datapath, Map.of(option, given)))
                .isInstanceOf(DeviceException.class)
                .hasMessage(message)
                .extracting(e -> ((DeviceException) e).kind())
                .isEqualTo(DeviceException.Kind.USAGE);
        assertThat(datapath.devices()).isEmpty();
    }

    @Test
    void refusesUnknownOptions(Datapath datapath) {
        assertThatThrownBy(() -> open(datapath, Map.of("flow", 1L)))
                .hasMessageStartingWith(
                        "nic0: flow: unknown option (expected: one of [bidirectional,");
    }

    private static NetDevice open(Datapath datapath, Map<String, Object> options) {
        return datapath.open(new DeviceSpec("nic0", "generator", options));
    }

    private static GeneratorSpec spec(String option, Object value) {
        return GeneratorSpec.of(new DeviceSpec("nic0", "generator", Map.of(option, value)));
    }

    private static String contents(FlowTable table) {
        StringBuilder all = new StringBuilder();
        for (int slot = 0; slot < table.slots(); slot++) {
            byte[] bytes = new byte[FlowTable.STRIDE];
            RawMemory.copyOut(table.template(slot), bytes, 0, FlowTable.STRIDE);
            all.append(Arrays.toString(bytes));
        }
        return all.toString();
    }

    private static List<byte[]> received(
            Datapath datapath, Map<String, Object> options, int count) {
        NetDevice nic = open(datapath, options);
        HostCapture host = HostCapture.on(nic);
        nic.attach(FragsProgram.of(xdp -> XDP_PASS));
        nic.up();
        List<byte[]> frames = host.await(count, SOON);
        awaitExhausted(nic);
        return frames;
    }

    private static String kind(byte[] frame) {
        boolean ipv4 = Checksums.u16(frame, 12) == 0x0800;
        return ipv4 ? "4/" + frame[23] : "6/" + frame[20];
    }

    private static void awaitExhausted(NetDevice nic) {
        await(nic::isExhausted, nic);
    }

    private static void await(BooleanSupplier reached, NetDevice nic) {
        long deadline = System.nanoTime() + SOON.toNanos();
        while (!reached.getAsBoolean()) {
            assertThat(System.nanoTime()).as("%s: %s", nic, nic.linkStats()).isLessThan(deadline);
            LockSupport.parkNanos(100_000);
        }
    }
}
