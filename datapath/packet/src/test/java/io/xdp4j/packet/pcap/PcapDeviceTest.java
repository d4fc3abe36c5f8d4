package io.xdp4j.packet.pcap;

import static io.xdp4j.core.program.XdpAction.XDP_DROP;
import static io.xdp4j.core.program.XdpAction.XDP_PASS;
import static io.xdp4j.core.program.XdpAction.XDP_TX;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.device.DeviceException;
import io.xdp4j.core.device.DeviceSpec;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.frame.ByteBufFrames;
import io.xdp4j.core.napi.Worker;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.testkit.DatapathTest;
import io.xdp4j.testkit.FakeNic;
import io.xdp4j.testkit.FragsProgram;
import io.xdp4j.testkit.Frames;
import io.xdp4j.testkit.HostCapture;
import io.xdp4j.testkit.LedgerAssert;
import io.xdp4j.testkit.StalledWorker;
import io.xdp4j.testkit.TransmittedFrame;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DatapathTest(workers = 2)
final class PcapDeviceTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir Path directory;

    @Test
    @DatapathTest(workers = 1)
    void oneWorkerSeesTheOrderOfTheFile(Datapath datapath) throws IOException {
        List<byte[]> frames = frames(300);
        NetDevice nic =
                open(datapath, Map.of("file", file(frames), "queues", 4L, "timing", "asap"));
        HostCapture host = HostCapture.on(nic);
        nic.up();
        assertThat(host.await(300, SOON)).containsExactlyElementsOf(frames);
        awaitExhausted(nic);
        assertThat(nic.rxQueues()).allMatch(queue -> queue.packets() > 0);
    }

    @Test
    void severalWorkersShareTheFileByFlow(Datapath datapath) throws IOException {
        List<byte[]> frames = frames(5000);
        NetDevice nic =
                open(
                        datapath,
                        Map.of("file", file(frames), "queues", 4L, "timing", "asap", "loop", 3L));
        nic.attach(xdp -> XDP_TX);
        nic.up();
        awaitExhausted(nic);
        LedgerAssert.settled(datapath).hasIn(15_000).hasTransmitted(15_000).hasNoDrops();
        assertThat(nic.linkStats().txPackets()).isEqualTo(15_000);
        assertThat(nic.txQueues()).allMatch(queue -> queue.packets() > 0);
    }

    @Test
    void timestampsOfTheFileStandInTheFrames(Datapath datapath) throws IOException {
        Path file = directory.resolve("in.pcap");
        try (PcapWriter writer = PcapWriter.create(file)) {
            writer.write(Frames.udp4(1, 60), 1_700_000_000_123_456_789L);
        }
        NetDevice nic = open(datapath, Map.of("file", file.toString(), "timing", "asap"));
        HostCapture host = HostCapture.on(nic);
        nic.up();
        host.await(1, SOON);
        assertThat(host.received().stream().map(TransmittedFrame::timestampNanos))
                .containsExactly(1_700_000_000_123_456_789L);
    }

    @Test
    void recordedTimingKeepsTheGaps(Datapath datapath) throws IOException {
        Path file = directory.resolve("in.pcap");
        long gap = Duration.ofMillis(40).toNanos();
        try (PcapWriter writer = PcapWriter.create(file)) {
            writer.write(Frames.udp4(1, 60), 10 * gap);
            writer.write(Frames.udp4(2, 60), 11 * gap);
            writer.write(Frames.udp4(3, 60), 5 * gap);
            writer.write(Frames.udp4(4, 60), 6 * gap);
        }
        NetDevice nic = open(datapath, Map.of("file", file.toString()));
        List<Long> arrivals = new ArrayList<>();
        nic.attach(xdp -> {
            arrivals.add(System.nanoTime());
            return XDP_DROP;
        });
        long start = System.nanoTime();
        nic.up();
        awaitExhausted(nic);
        LedgerAssert.settled(datapath).hasIn(4);
        // A busy machine makes frames late, never early. The clock's step back counts as no gap.
        assertThat(arrivals.get(1) - start).isGreaterThanOrEqualTo(gap);
        assertThat(arrivals.get(2) - start).isGreaterThanOrEqualTo(gap);
        assertThat(arrivals.get(3) - start).isGreaterThanOrEqualTo(2 * gap);
    }

    @Test
    void goesOnWhereItWasAfterADown(Datapath datapath) throws IOException {
        Path file = directory.resolve("in.pcap");
        try (PcapWriter writer = PcapWriter.create(file)) {
            writer.write(Frames.udp4(1, 60), 0);
            writer.write(Frames.udp4(2, 60), Duration.ofHours(1).toNanos());
            writer.write(Frames.udp4(3, 60), Duration.ofHours(1).toNanos() + 1000);
        }
        NetDevice nic = open(datapath, Map.of("file", file.toString()));
        HostCapture host = HostCapture.on(nic);
        nic.up();
        host.await(1, SOON);
        datapath.workers().synchronize();
        nic.down();
        assertThat(host.frames()).hasSize(1);
        nic.up();
        assertThat(host.await(3, SOON)).hasSize(3);
        awaitExhausted(nic);
    }

    @Test
    void recordsThatAreNoWholeFrameAreCountedDrops(Datapath datapath) {
        byte[] longest = new byte[ByteBufFrames.MAX_BYTES];
        CaptureFiles file =
                CaptureFiles.pcap(LITTLE_ENDIAN, PcapRecords.MAGIC_MICROS)
                        .record(1, 0, new byte[0])
                        .record(1, 0, new byte[13])
                        .record(1, 0, Frames.udp4(1, 60), 61)
                        .record(1, 0, Frames.udp4(1, 60))
                        .record(1, 0, longest)
                        .record(1, 0, new byte[ByteBufFrames.MAX_BYTES + 1])
                        .u32(1)
                        .u32(1);
        String in = file.writeTo(directory.resolve("in.pcap")).toString();
        NetDevice nic = open(datapath, Map.of("file", in, "timing", "asap"));
        HostCapture host = HostCapture.on(nic);
        nic.attach(FragsProgram.of(xdp -> XDP_PASS));
        nic.up();
        awaitExhausted(nic);
        LedgerAssert.settled(datapath)
                .hasIn(7)
                .hasPassed(2)
                .dropsOnly(
                        Map.of(
                                DropReason.RX_TOO_SHORT,
                                2L,
                                DropReason.RX_TRUNCATED,
                                2L,
                                DropReason.RX_TOO_LONG,
                                1L));
        assertThat(nic.linkStats().rxDropped()).isEqualTo(5);
        assertThat(host.received().getLast().bytes()).isEqualTo(longest);
        assertThat(host.received().getLast().chunks()).isEqualTo(18);
    }

    @Test
    void writesWhatItTransmits(Datapath datapath) throws IOException {
        List<byte[]> frames = frames(1000);
        Path out = directory.resolve("out.pcap");
        NetDevice in = open(datapath, Map.of("file", file(frames), "timing", "asap"));
        NetDevice sink =
                datapath.open(new DeviceSpec("sink", "pcap", Map.of("capture", out.toString())));
        sink.up();
        in.attach(xdp -> xdp.redirect(sink.ifindex(), 0));
        in.up();
        awaitExhausted(in);
        LedgerAssert.settled(datapath).hasTransmitted(1000);
        assertThat(sink.isExhausted()).isTrue();
        sink.down();
        assertThat(PcapReader.readAll(out)).containsExactlyElementsOf(frames);
    }

    @Test
    @DatapathTest(workers = 2, frames = 8192)
    void aFullCaptureRingDropsAndCounts(Datapath datapath) {
        Path out = directory.resolve("out.pcap");
        FakeNic in = FakeNic.builder(datapath, "in").up();
        NetDevice sink =
                datapath.open(new DeviceSpec("sink", "pcap", Map.of("capture", out.toString())));
        sink.up();
        in.attach(xdp -> xdp.redirect(sink.ifindex(), 0));
        Worker writing = sink.rxQueues().getFirst().worker();
        assertThat(writing.index()).isEqualTo(1);
        try (StalledWorker stalled = StalledWorker.of(writing)) {
            assertThat(stalled).isNotNull();
            in.inject(0, frames(5000).toArray(byte[][]::new));
            long deadline = System.nanoTime() + SOON.toNanos();
            while (sink.linkStats().txPackets() + sink.linkStats().txDropped() < 5000) {
                assertThat(System.nanoTime()).isLessThan(deadline);
                Thread.onSpinWait();
            }
        }
        LedgerAssert.settled(datapath)
                .hasTransmitted(4096)
                .dropsOnly(Map.of(DropReason.TX_RING_FULL, 904L));
        assertThat(sink.linkStats().txDropped()).isEqualTo(904);
        sink.down();
        assertThat(PcapReader.readAll(out)).containsExactlyElementsOf(frames(4096));
    }

    @Test
    void aFullDiskStopsTheCaptureNotTheDatapath(Datapath datapath) {
        assumeTrue(Files.exists(Path.of("/dev/full")), "needs /dev/full");
        FakeNic in = FakeNic.builder(datapath, "in").up();
        NetDevice sink =
                datapath.open(new DeviceSpec("sink", "pcap", Map.of("capture", "/dev/full")));
        sink.up();
        in.attach(xdp -> xdp.redirect(sink.ifindex(), 0));
        byte[] frame = Frames.udp4(1, 60);
        in.inject(0, frame).awaitProcessed(SOON);
        LedgerAssert.settled(datapath).hasTransmitted(1);
        datapath.workers().synchronize();
        in.inject(0, frame, frame).awaitProcessed(SOON);
        LedgerAssert.settled(datapath).hasTransmitted(1).dropsOnly(Map.of(DropReason.TX_ERROR, 2L));
    }

    @Test
    void aCaptureThatCannotBeMadeIsRefused(Datapath datapath) {
        String out = directory.resolve("none/out.pcap").toString();
        assertThatThrownBy(() -> open(datapath, Map.of("capture", out)))
                .isInstanceOf(DeviceException.class)
                .hasMessageStartingWith(out + ": cannot be written: ")
                .hasMessageEndingWith("; give a file in a directory that exists and is writable");
        assertThat(datapath.devices()).isEmpty();
    }

    @Test
    void anEmptyCaptureIsExhaustedAtOnceEvenForEver(Datapath datapath) {
        CaptureFiles file = CaptureFiles.pcap(LITTLE_ENDIAN, PcapRecords.MAGIC_MICROS);
        String in = file.writeTo(directory.resolve("in.pcap")).toString();
        NetDevice nic = open(datapath, Map.of("file", in, "loop", 0L));
        nic.up();
        awaitExhausted(nic);
    }

    @Test
    void aFileThatShrinksEndsTheReplay(Datapath datapath) throws IOException {
        Path file = directory.resolve("in.pcap");
        try (PcapWriter writer = PcapWriter.create(file)) {
            for (int i = 0; i < 300; i++) {
                writer.write(new byte[PcapWriter.SNAPLEN - 16], i);
            }
        }
        NetDevice nic =
                open(datapath, Map.of("file", file.toString(), "timing", "asap", "loop", 2L));
        Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 1_000_000));
        nic.up();
        awaitExhausted(nic);
        LedgerAssert.settled(datapath).hasPassed(0);
    }

    @Test
    void refusesWhatMakesNoSense(Datapath datapath) throws IOException {
        assertUsage(datapath, Map.of(), "nic0: file: missing (expected: file to replay, or");
        String in = file(frames(1));
        assertUsage(
                datapath,
                Map.of("file", in, "capture", in),
                "nic0: capture: " + in + " (expected: another file than the replayed one)");
        assertUsage(
                datapath, Map.of("file", in, "loop", -1L), "nic0: loop: -1 (expected: number 0");
        assertUsage(
                datapath,
                Map.of("file", in, "timing", "slow"),
                "nic0: timing: slow (expected: one of [recorded, asap])");
        assertThat(datapath.devices()).isEmpty();
        assertThat(PcapReader.readAll(Path.of(in))).hasSize(1);
    }

    @Test
    void refusesAFileWhoseTimestampsWouldTakeForEver(Datapath datapath) throws IOException {
        Path file = directory.resolve("in.pcap");
        try (PcapWriter writer = PcapWriter.create(file)) {
            writer.write(Frames.udp4(1, 60), 0);
            writer.write(Frames.udp4(1, 60), Duration.ofDays(400).toNanos());
        }
        assertThatThrownBy(() -> open(datapath, Map.of("file", file.toString())))
                .hasMessage(
                        file
                                + ": its timestamps span 400 days (expected: <= 7); replay it with"
                                + " timing: asap");
    }

    private static void assertUsage(
            Datapath datapath, Map<String, Object> options, String message) {
        assertThatThrownBy(() -> open(datapath, options))
                .isInstanceOf(DeviceException.class)
                .hasMessageStartingWith(message);
    }

    private static NetDevice open(Datapath datapath, Map<String, Object> options) {
        return datapath.open(new DeviceSpec("nic0", "pcap", options));
    }

    private static List<byte[]> frames(int count) {
        List<byte[]> frames = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            frames.add(Frames.udp4(i, 60 + i % 100));
        }
        return frames;
    }

    private String file(List<byte[]> frames) throws IOException {
        Path file = directory.resolve("in.pcap");
        try (PcapWriter writer = PcapWriter.create(file)) {
            for (byte[] frame : frames) {
                writer.write(frame, 0);
            }
        }
        return file.toString();
    }

    private static void awaitExhausted(NetDevice nic) {
        long deadline = System.nanoTime() + SOON.toNanos();
        while (!nic.isExhausted()) {
            assertThat(System.nanoTime()).as("%s: %s", nic, nic.linkStats()).isLessThan(deadline);
            LockSupport.parkNanos(100_000);
        }
    }
}
