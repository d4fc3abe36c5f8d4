package io.xdp4j.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.testkit.DatapathTest;
import io.xdp4j.testkit.FakeNic;
import io.xdp4j.testkit.Frames;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// What tools do with a datapath, once in its process and once over the socket.
@DatapathTest
final class ControlTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Path OBJECTS = Path.of("../../samples/bpf");
    private static final int PERF_BYTES = 8192;

    /// Where the session is.
    enum Where {
        HERE,
        BEHIND_THE_SOCKET
    }

    @TempDir private Path directory = Path.of("");

    private @Nullable DatapathObjects objects;
    private @Nullable ControlServer server;
    private @Nullable DatapathControl control;

    private DatapathControl open(Datapath datapath, Where where) {
        objects = new DatapathObjects(datapath);
        DatapathHost host = new DatapathHost(datapath, objects, List::of);
        if (where == Where.HERE) {
            control = host.connect("test");
            return control;
        }
        try {
            server = ControlServer.open(host, "test", directory.resolve("1.sock"));
            control = RemoteControl.connect(server.path());
            return control;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterEach
    void close() {
        if (control != null) {
            control.close();
        }
        if (server != null) {
            server.close();
        }
        if (objects != null) {
            assertThat(objects.all()).as("left behind").isEmpty();
            objects.close();
        }
    }

    private static ObjectRequest object(String name) {
        try {
            return ObjectRequest.of(name, Files.readAllBytes(OBJECTS.resolve(name)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int id(ObjectInfo object, String program) {
        return object.programs().stream()
                .filter(one -> one.name().equals(program))
                .findFirst()
                .orElseThrow()
                .id();
    }

    private static int map(ObjectInfo object, String name) {
        return object.maps().stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow()
                .id();
    }

    private static byte[] word(int value) {
        return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array();
    }

    private static byte[] words(int first, int second) {
        return ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(first)
                .putInt(second)
                .array();
    }

    @ParameterizedTest
    @EnumSource
    void showsDevicesAndCounters(Where where, Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").queues(2).mac(0x0200_0000_0007L).up();
        DatapathControl session = open(datapath, where);
        assertThat(session.info().workers()).isEqualTo(2);
        assertThat(session.info().pid()).isEqualTo(ProcessHandle.current().pid());
        assertThat(session.devices())
                .singleElement()
                .isEqualTo(
                        new DeviceInfo(
                                "nic0",
                                nic.ifindex(),
                                "fake",
                                0x0200_0000_0007L,
                                1500,
                                true,
                                List.of(0, 1),
                                List.of()));
        nic.inject(0, Frames.udp4(1, 60), Frames.udp4(2, 60)).awaitProcessed(PATIENCE);
        Snapshot snapshot = session.snapshot();
        assertThat(snapshot.devices().getFirst().link().rxPackets()).isEqualTo(2);
        assertThat(snapshot.ledger().passed()).isEqualTo(2);
        assertThat(snapshot.ledger()).isEqualTo(datapath.ledger());
    }

    @ParameterizedTest
    @EnumSource
    void runsAnObjectAndReadsItsPerCpuMap(Where where, Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").queues(2).up();
        DatapathControl session = open(datapath, where);
        ObjectInfo object = session.load(object("xdp1.bpf.o"));
        assertThat(object.programs()).extracting(ProgramInfo::name).contains("xdp1", "xdp2");
        assertThat(session.objects()).containsExactly(object);
        Attachment attached = session.attach(AttachRequest.of(nic.ifindex(), id(object, "xdp1")));
        assertThat(session.devices().getFirst().attached()).containsExactly(attached);
        nic.inject(0, Frames.udp4(1, 60)).inject(1, Frames.udp4(2, 60), Frames.udp4(3, 60));
        nic.awaitProcessed(PATIENCE);
        int counters = map(object, "rxcnt");
        byte[] value = session.lookup(counters, word(17));
        assertThat(value).hasSize(16);
        ByteBuffer perCpu = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(List.of(perCpu.getLong(0), perCpu.getLong(8))).containsExactly(1L, 2L);
        assertThat(session.entries(counters, null, 3))
                .extracting(entry -> ByteBuffer.wrap(entry.key()).get(0))
                .containsExactly((byte) 0, (byte) 1, (byte) 2);
        assertThat(session.entries(counters, word(16), 1).getFirst().value()).isEqualTo(value);
        assertThat(session.detach(nic.ifindex(), attached.program())).isTrue();
        assertThat(session.detach(nic.ifindex(), attached.program())).isFalse();
        session.unload(object.id());
        assertThat(session.maps()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void spreadsOverCpusAndAddsUpTracepoints(Where where, Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        DatapathControl session = open(datapath, where);
        ObjectInfo object = session.load(object("xdp_redirect_cpu.bpf.o"));
        int drop = id(object, "cpumap_drop");
        session.update(map(object, "cpu_map"), word(1), words(64, drop), 0);
        session.update(map(object, "cpus_available"), word(0), word(1), 0);
        session.update(map(object, "cpus_count"), word(0), word(1), 0);
        int trace =
                session.openTrace(
                        new TraceFilter(
                                List.of(nic.ifindex()),
                                List.of(),
                                List.of(map(object, "cpu_map")),
                                true));
        session.attach(AttachRequest.of(nic.ifindex(), id(object, "cpumap_no_touch")));
        nic.inject(0, Frames.udp4(1, 60), Frames.udp4(2, 60)).awaitProcessed(PATIENCE);
        // The other worker may be between its poll and its tasks; behind those it polls once more.
        datapath.workers().synchronize();
        datapath.workers().synchronize();
        TraceCounts counts = session.readTrace(trace);
        assertThat(counts.redirects()).containsExactly(new TraceCounts.Redirect(0, 0, 2));
        assertThat(counts.enqueues()).containsExactly(new TraceCounts.Enqueue(0, 1, 2, 0, 1));
        assertThat(counts.kthreads())
                .singleElement()
                .satisfies(row -> assertThat(row.drop()).isEqualTo(2))
                .satisfies(row -> assertThat(row.cpu()).isEqualTo(1));
        session.closeTrace(trace);
        assertThatThrownBy(() -> session.readTrace(trace)).hasMessageContaining("trace: " + trace);
    }

    @ParameterizedTest
    @CsvSource({
        "xdp_redirect_map.bpf.o, tx_port_native",
        "xdp_redirect_map_multi.bpf.o, forward_map_native"
    })
    void takesEntriesAwayWithTheirDevice(String name, String devices, Datapath datapath) {
        FakeNic staying = FakeNic.builder(datapath, "staying").up();
        FakeNic gone = FakeNic.builder(datapath, "gone").up();
        DatapathControl session = open(datapath, Where.HERE);
        int ports = map(session.load(object(name)), devices);
        session.update(ports, word(0), words(gone.ifindex(), 0), 0);
        gone.close();
        assertThat(session.lookup(ports, word(0))).isNull();
        assertThat(session.entries(ports, null, 8)).isEmpty();
        session.update(ports, word(0), words(staying.ifindex(), 0), 0);
        assertThat(session.lookup(ports, word(0))).isEqualTo(words(staying.ifindex(), 0));
    }

    @ParameterizedTest
    @EnumSource
    void handsOverPerfRecords(Where where, Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").queues(2).up();
        DatapathControl session = open(datapath, where);
        ObjectInfo object = session.load(object("xdp_sample_pkts.bpf.o"));
        int records = map(object, "my_map");
        session.openPerf(records, PERF_BYTES);
        session.attach(AttachRequest.of(nic.ifindex(), id(object, "xdp_sample_prog")));
        byte[] packet = Frames.udp4(1, 100);
        nic.inject(1, packet).awaitProcessed(PATIENCE);
        RecordBatch batch = session.readRecords(records);
        assertThat(batch.lost()).isZero();
        assertThat(batch.records()).hasSize(1);
        RecordBatch.Sent sent = batch.records().getFirst();
        assertThat(sent.cpu()).isEqualTo(1);
        ByteBuffer bytes = ByteBuffer.wrap(sent.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(bytes.getShort(0)).isEqualTo((short) 0xdead);
        assertThat(bytes.getShort(2)).isEqualTo((short) 100);
        assertThat(bytes.slice(4, 64)).isEqualTo(ByteBuffer.wrap(packet, 0, 64).slice());
        assertThat(session.readRecords(records).records()).isEmpty();
        nic.inject(1, packet).awaitProcessed(PATIENCE);
        assertThat(session.readRecords(records, 2).records()).isEmpty();
        nic.inject(1, packet).awaitProcessed(PATIENCE);
        assertThat(session.readRecords(records, 2).records()).hasSize(2);
    }

    @ParameterizedTest
    @EnumSource
    void takesBackWhatASessionOwns(Where where, Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        DatapathControl session = open(datapath, where);
        ObjectInfo object = session.load(object("xdp_basic.bpf.o"));
        session.attach(AttachRequest.of(nic.ifindex(), id(object, "xdp_drop")));
        session.close();
        if (server != null) {
            server.close();
        }
        assertThat(nic.attached()).isNull();
        assertThat(Objects.requireNonNull(objects).all()).isEmpty();
        assertThat(datapath.bpf().maps()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void runsProgramsByPriority(Where where, Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        DatapathControl session = open(datapath, where);
        ObjectInfo object = session.load(object("xdp_basic.bpf.o"));
        AttachRequest drop = AttachRequest.of(nic.ifindex(), id(object, "xdp_drop"));
        AttachRequest pass = AttachRequest.of(nic.ifindex(), id(object, "xdp_pass"));
        session.attach(drop.withPriority(50, 1 << 2));
        session.attach(pass.withPriority(10, 1 << 2));
        assertThat(session.devices().getFirst().attached())
                .extracting(Attachment::name, Attachment::priority)
                .containsExactly(tuple("xdp_pass", 10), tuple("xdp_drop", 50));
        assertThat(session.detach(nic.ifindex(), id(object, "xdp_drop"))).isTrue();
        assertThat(session.devices().getFirst().attached())
                .extracting(Attachment::name)
                .containsExactly("xdp_pass");
    }

    @ParameterizedTest
    @EnumSource
    void refusesInOneLineWithTheKernelsErrno(Where where, Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").up();
        DatapathControl session = open(datapath, where);
        ObjectInfo object = session.load(object("xdp_redirect_cpu.bpf.o"));
        int drop = id(object, "cpumap_drop");
        int first = id(object, "cpumap_no_touch");
        session.attach(AttachRequest.of(nic.ifindex(), first));
        assertRefused(16, "EBUSY", () -> session.attach(AttachRequest.of(nic.ifindex(), first)));
        assertRefused(19, "ifindex: 7", () -> session.attach(AttachRequest.of(7, first)));
        session.detach(nic.ifindex(), 0);
        assertRefused(22, "cpumap", () -> session.attach(AttachRequest.of(nic.ifindex(), drop)));
        assertRefused(
                2, "program: 999", () -> session.attach(AttachRequest.of(nic.ifindex(), 999)));
        int cpus = map(object, "cpu_map");
        assertRefused(19, "ENODEV", () -> session.update(cpus, word(2), words(64, 0), 0));
        assertRefused(75, "EOVERFLOW", () -> session.update(cpus, word(0), words(16385, 0), 0));
        assertRefused(22, "key of 3", () -> session.lookup(cpus, new byte[3]));
        assertRefused(2, "map: 999", () -> session.lookup(999, word(0)));
        assertRefused(22, "limit: 0", () -> session.entries(cpus, null, 0));
        assertRefused(22, "bytes: 5000", () -> session.openPerf(cpus, 5000));
        assertRefused(22, "ringbuf", () -> session.readRecords(cpus));
        assertRefused(8, "no ELF file", () -> session.load(ObjectRequest.of("x.o", new byte[100])));
        assertRefused(
                0,
                "no program nope",
                () -> session.load(object("xdp1.bpf.o").withPrograms(List.of("nope"))));
    }

    private static void assertRefused(int errno, String text, Runnable request) {
        assertThatThrownBy(request::run)
                .isInstanceOf(ControlException.class)
                .hasMessageContaining(text)
                .satisfies(e -> assertThat(((ControlException) e).errno()).isEqualTo(errno))
                .satisfies(e -> assertThat(e.getMessage()).hasLineCount(1));
    }

    @Test
    void socketIsItsOwnersOnly(Datapath datapath) throws IOException {
        open(datapath, Where.BEHIND_THE_SOCKET);
        ControlServer open = Objects.requireNonNull(server);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(open.path())))
                .isEqualTo("rw-------");
        open.close();
        assertThat(open.path()).doesNotExist();
    }
}
