package io.xdp4j.packet.pcap;

import static java.nio.ByteOrder.BIG_ENDIAN;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.core.device.DeviceException;
import io.xdp4j.testkit.Frames;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PcapReaderTest {
    private static final byte[] ONE = Frames.udp4(1, 61);
    private static final byte[] TWO = Frames.udp4(2, 1514);
    private static final long SECONDS = 1_700_000_000L;
    private static final long NANOS = 1_000_000_000L;

    @TempDir Path directory;

    @ParameterizedTest
    @CsvSource({"LITTLE, false", "LITTLE, true", "BIG, false", "BIG, true"})
    void readsClassicFilesOfEveryKind(String endian, boolean nanos) {
        ByteOrder order = endian.equals("BIG") ? BIG_ENDIAN : LITTLE_ENDIAN;
        int magic = nanos ? PcapRecords.MAGIC_NANOS : PcapRecords.MAGIC_MICROS;
        CaptureFiles file =
                CaptureFiles.pcap(order, magic)
                        .record(SECONDS, 5, ONE)
                        .record(0xffff_ffffL, 999_999, TWO, 4000);
        try (PcapReader reader = open(file)) {
            assertThat(reader.next()).isTrue();
            assertThat(reader.bytes()).isEqualTo(ONE);
            assertThat(reader.timestampNanos()).isEqualTo(SECONDS * NANOS + (nanos ? 5 : 5000));
            assertThat(reader.recordOffset()).isEqualTo(24);
            assertThat(reader.next()).isTrue();
            assertThat(reader.bytes()).isEqualTo(TWO);
            assertThat(reader.originalLength()).isEqualTo(4000);
            assertThat(reader.timestampNanos())
                    .isEqualTo(0xffff_ffffL * NANOS + 999_999L * (nanos ? 1 : 1000));
            assertThat(reader.next()).isFalse();
            assertThat(reader.truncatedAt()).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"LITTLE", "BIG"})
    void readsPcapngWithItsBlocksAndOptions(String endian) {
        ByteOrder order = endian.equals("BIG") ? BIG_ENDIAN : LITTLE_ENDIAN;
        boolean big = order == BIG_ENDIAN;
        byte[] nanos = big ? bytes(0, 9, 0, 1, 9, 0, 0, 0) : bytes(9, 0, 1, 0, 9, 0, 0, 0);
        byte[] binary = big ? bytes(0, 9, 0, 1, 0x8a, 0, 0, 0) : bytes(9, 0, 1, 0, 0x8a, 0, 0, 0);
        byte[] offset =
                big
                        ? bytes(0, 14, 0, 8, 0, 0, 0, 0, 0, 0, 0, 100)
                        : bytes(14, 0, 8, 0, 100, 0, 0, 0, 0, 0, 0, 0);
        CaptureFiles file =
                new CaptureFiles(order)
                        .section()
                        .interfaceBlock(1, 0)
                        .interfaceBlock(1, 40, nanos)
                        .block(5, 33)
                        .interfaceBlock(1, 0, binary)
                        .interfaceBlock(1, 0, offset)
                        .enhanced(0, 7, ONE, ONE.length)
                        .enhanced(1, 7, TWO, 9000)
                        .enhanced(2, 1536, ONE, ONE.length)
                        .enhanced(3, 7, ONE, ONE.length)
                        .obsolete(0, 3L << 32, ONE)
                        .section()
                        .interfaceBlock(1, 40)
                        .simple(Arrays.copyOf(ONE, 40), ONE.length);
        try (PcapReader reader = open(file)) {
            List<Long> times = new ArrayList<>();
            List<Integer> lengths = new ArrayList<>();
            while (reader.next()) {
                times.add(reader.timestampNanos());
                lengths.add(reader.capturedLength());
                assertThat(Arrays.equals(reader.bytes(), 0, 6, ONE, 0, 6)).isTrue();
            }
            assertThat(times)
                    .containsExactly(
                            7000L, 7L, 1_500_000_000L, 100 * NANOS + 7000, (3L << 32) * 1000, 0L);
            assertThat(lengths).containsExactly(61, 1514, 61, 61, 61, 40);
            assertThat(reader.originalLength()).isEqualTo(61);
        }
    }

    @Test
    void readsASectionOfTheOtherByteOrder() {
        CaptureFiles big = new CaptureFiles(BIG_ENDIAN).section().interfaceBlock(1, 0);
        CaptureFiles file =
                new CaptureFiles(LITTLE_ENDIAN)
                        .section()
                        .interfaceBlock(1, 0)
                        .enhanced(0, 1, ONE, ONE.length)
                        .put(big.enhanced(0, 2, TWO, TWO.length).toByteArray());
        assertThat(PcapReader.readAll(write(file))).containsExactly(ONE, TWO);
    }

    @Test
    void aFileThatEndsWithinARecordIsReadUpToThere() {
        byte[] whole =
                CaptureFiles.pcap(LITTLE_ENDIAN, PcapRecords.MAGIC_MICROS)
                        .record(1, 1, ONE)
                        .record(1, 2, TWO)
                        .toByteArray();
        int second = 24 + 16 + ONE.length;
        for (int cut = second + 1; cut < whole.length; cut += 97) {
            try (PcapReader reader =
                    open(new CaptureFiles(LITTLE_ENDIAN).put(Arrays.copyOf(whole, cut)))) {
                PcapSummary summary = reader.summary();
                assertThat(summary.frames()).isEqualTo(1);
                assertThat(summary.truncatedAt()).isEqualTo(second);
            }
        }
    }

    @Test
    void summaryAddsUpTheFile() {
        CaptureFiles file =
                CaptureFiles.pcap(LITTLE_ENDIAN, PcapRecords.MAGIC_NANOS)
                        .record(10, 0, ONE)
                        .record(12, 0, ONE)
                        .record(11, 0, ONE)
                        .record(15, 1, ONE);
        try (PcapReader reader = open(file)) {
            assertThat(reader.summary())
                    .isEqualTo(new PcapSummary(4, 4L * 61, 10 * NANOS, 6 * NANOS + 1, -1));
            assertThat(reader.next()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            textBlock =
                    """
                    empty      | offset 0: file: 0 bytes (expected: a pcap or pcapng header)
                    text       | offset 0: magic: 68656c6c (expected: pcap or pcapng)
                    gzip       | offset 0: magic: 1f8b0800 (expected: pcap or pcapng); the file is compressed
                    modified   | editcap -F pcap IN OUT
                    short      | offset 0: file header: 20 bytes (expected: 24)
                    version    | offset 0: pcap version: 3.4 (expected: 2.x)
                    cooked     | offset 0: link type: 113 (expected: 1, Ethernet; capture on one interface instead of 'any')
                    huge       | offset 101: record: 4294967295 bytes (expected: 0..262144)
                    ngshort    | offset 28: block length: 8 (expected: >= 12, multiple of 4)
                    ngodd      | offset 28: block length: 33 (expected: >= 12, multiple of 4)
                    ngmagic    | offset 0: byte-order magic: 0 (expected: 1a2b3c4d)
                    ngversion  | offset 0: pcapng version: 9 (expected: 1)
                    nointf     | offset 28: packet of interface 0 (expected: below 0)
                    ngcooked   | offset 48: link type: 113
                    ngtoolong  | offset 48: packet: 200 bytes (expected: <= 64 in its block)
                    nghuge     | offset 48: packet: 262145 bytes (expected: 0..262144)
                    ngtiny     | offset 48: block length: 16 (expected: >= 32)
                    """)
    void saysWhereAFileIsMalformedAndWhatWasExpected(String kind, String message) {
        Path path = write(malformed(kind));
        assertThatThrownBy(() -> PcapReader.readAll(path))
                .isInstanceOf(DeviceException.class)
                .hasMessageStartingWith(path + ": offset ")
                .hasMessageContaining(message)
                .hasMessageNotContaining("\n")
                .extracting(e -> ((DeviceException) e).kind())
                .isEqualTo(DeviceException.Kind.INPUT);
    }

    private static CaptureFiles malformed(String kind) {
        CaptureFiles raw = new CaptureFiles(LITTLE_ENDIAN);
        CaptureFiles pcap = CaptureFiles.pcap(LITTLE_ENDIAN, PcapRecords.MAGIC_MICROS);
        CaptureFiles ng = new CaptureFiles(LITTLE_ENDIAN).section();
        byte[] header = pcap.toByteArray();
        return switch (kind) {
            case "empty" -> raw;
            case "text" -> raw.put(bytes('h', 'e', 'l', 'l', 'o'));
            case "gzip" -> raw.put(bytes(0x1f, 0x8b, 8, 0));
            case "modified" -> raw.u32(0xa1b2cd34).put(new byte[20]);
            case "short" -> raw.put(Arrays.copyOf(header, 20));
            case "version" -> raw.u32(PcapRecords.MAGIC_MICROS).u16(3).u16(4).put(new byte[16]);
            case "cooked" -> raw.put(Arrays.copyOf(header, 20)).u32(113);
            case "huge" -> pcap.record(1, 1, ONE).u32(1).u32(1).u32(-1).u32(-1).put(ONE);
            case "ngshort" -> ng.u32(6).u32(8).u32(8).u32(0);
            case "ngodd" -> ng.u32(6).u32(33).put(new byte[40]);
            case "ngmagic" -> raw.u32(0x0a0d0d0a).u32(28).put(new byte[20]);
            case "ngversion" ->
                    raw.u32(0x0a0d0d0a).u32(28).u32(0x1a2b3c4d).u16(9).put(new byte[14]);
            case "nointf" -> ng.enhanced(0, 1, ONE, 61);
            case "ngcooked" -> ng.interfaceBlock(113, 0).enhanced(0, 1, ONE, 61);
            case "ngtoolong" ->
                    ng.interfaceBlock(1, 0)
                            .u32(6)
                            .u32(96)
                            .u32(0)
                            .u32(0)
                            .u32(0)
                            .u32(200)
                            .u32(200)
                            .put(new byte[64])
                            .u32(96);
            case "nghuge" -> ng.interfaceBlock(1, 0).enhanced(0, 1, new byte[262_145], 1);
            case "ngtiny" ->
                    ng.interfaceBlock(1, 0).u32(6).u32(16).u32(0).u32(16).put(new byte[32]);
            default -> throw new IllegalArgumentException(kind);
        };
    }

    @Test
    void namesWhatIsNoFile() {
        assertThatThrownBy(() -> PcapReader.open(directory.resolve("none")))
                .hasMessage(
                        directory.resolve("none")
                                + ": does not exist (expected: a pcap or pcapng file)");
        assertThatThrownBy(() -> PcapReader.open(directory))
                .hasMessageContaining(": is no regular file (expected:");
        assertThatThrownBy(() -> PcapReader.open(Path.of("/dev/zero")))
                .hasMessageContaining(": is no regular file (expected:");
    }

    /// Whatever the bytes, a file is read to an end or refused with a message.
    @Test
    void survivesMutatedFiles() {
        byte[] classic =
                CaptureFiles.pcap(BIG_ENDIAN, PcapRecords.MAGIC_MICROS)
                        .record(1, 1, ONE)
                        .record(2, 2, TWO)
                        .toByteArray();
        byte[] ng =
                new CaptureFiles(LITTLE_ENDIAN)
                        .section()
                        .interfaceBlock(1, 0, bytes(9, 0, 1, 0, 9, 0, 0, 0))
                        .block(4, 20)
                        .enhanced(0, 5, ONE, 61)
                        .simple(ONE, 61)
                        .obsolete(0, 6, ONE)
                        .toByteArray();
        SplittableRandom random = new SplittableRandom(7);
        int refused = 0;
        for (int run = 0; run < 4000; run++) {
            byte[] bytes = (run % 2 == 0 ? classic : ng).clone();
            for (int change = random.nextInt(1, 5); change > 0; change--) {
                int at = random.nextInt(Math.min(bytes.length, 200));
                bytes[at] = (byte) (random.nextBoolean() ? 0xff : random.nextInt());
            }
            if (random.nextInt(4) == 0) {
                bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
            }
            Path file = write(new CaptureFiles(LITTLE_ENDIAN).put(bytes));
            try (PcapReader reader = PcapReader.open(file)) {
                assertThat(reader.summary().frames()).isLessThan(100);
            } catch (DeviceException e) {
                refused++;
                assertThat(e).hasMessageContaining("(expected: ");
            }
        }
        assertThat(refused).isBetween(500, 3900);
    }

    @Test
    void readsAFileLargerThanItsWindow() throws IOException {
        Path file = directory.resolve("large.pcap");
        int records = 48_000;
        try (PcapWriter writer = PcapWriter.create(file)) {
            for (int i = 0; i < records; i++) {
                writer.write(i % 3 == 0 ? ONE : TWO, i);
            }
            writer.write(new byte[PcapWriter.SNAPLEN], records);
        }
        assertThat(Files.size(file)).isGreaterThan(1L << 25);
        readTwice(file, records);
        appendUntilLargerThanMemory(file);
        try (PcapReader reader = PcapReader.open(file)) {
            assertThat(reader.summary().truncatedAt()).isEqualTo(-1);
        }
    }

    private static void readTwice(Path file, int records) {
        try (PcapReader reader = PcapReader.open(file)) {
            for (int pass = 0; pass < 2; pass++) {
                for (int i = 0; i < records; i++) {
                    assertThat(reader.next()).isTrue();
                    if (i % 97 == 0) {
                        assertThat(reader.timestampNanos()).isEqualTo(i);
                        assertThat(reader.bytes()).isEqualTo(i % 3 == 0 ? ONE : TWO);
                    }
                }
                assertThat(reader.next()).isTrue();
                assertThat(reader.bytes()).hasSize(PcapWriter.SNAPLEN);
                assertThat(reader.next()).isFalse();
                reader.rewind();
            }
        }
    }

    /// Beyond 64 MiB the reader keeps a window only.
    private static void appendUntilLargerThanMemory(Path file) throws IOException {
        byte[] records = Arrays.copyOfRange(Files.readAllBytes(file), 24, (int) Files.size(file));
        Files.write(file, records, StandardOpenOption.APPEND);
        assertThat(Files.size(file)).isGreaterThan(1L << 26);
        try (PcapReader reader = PcapReader.open(file)) {
            PcapSummary summary = reader.summary();
            assertThat(summary.frames()).isEqualTo(96_002);
            assertThat(reader.summary()).isEqualTo(summary);
            for (int i = 0; i < 48_001; i++) {
                assertThat(reader.next()).isTrue();
            }
            assertThat(reader.bytes()).hasSize(PcapWriter.SNAPLEN);
            assertThat(reader.next()).isTrue();
            assertThat(reader.bytes()).isEqualTo(ONE);
        }
    }

    private PcapReader open(CaptureFiles file) {
        return PcapReader.open(write(file));
    }

    private Path write(CaptureFiles file) {
        return file.writeTo(directory.resolve("in.pcap"));
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }
}
