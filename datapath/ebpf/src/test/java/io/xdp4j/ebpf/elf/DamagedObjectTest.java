package io.xdp4j.ebpf.elf;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.xdp4j.ebpf.EbpfException;
import io.xdp4j.ebpf.MalformedObjectException;
import io.xdp4j.ebpf.UnsupportedException;
import io.xdp4j.ebpf.program.CollectionSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Whatever the bytes: an object or one line, soon.
final class DamagedObjectTest {
    private static final long SEED = 20260720;

    static Stream<String> names() {
        return TestObjects.NAMES.stream();
    }

    @ParameterizedTest
    @MethodSource("names")
    void survivesTruncationAtEveryByte(String name) {
        byte[] whole = TestObjects.bytes(name);

        assertTimeoutPreemptively(
                Duration.ofSeconds(30),
                () -> {
                    for (int length = 0; length < whole.length; length++) {
                        readOrFail(Arrays.copyOf(whole, length));
                    }
                });
    }

    @ParameterizedTest
    @MethodSource("names")
    void survivesAChangeOfEveryByte(String name) {
        byte[] whole = TestObjects.bytes(name);
        Random random = new Random(SEED);

        assertTimeoutPreemptively(
                Duration.ofSeconds(60),
                () -> {
                    for (int at = 0; at < whole.length; at++) {
                        byte[] damaged = whole.clone();
                        damaged[at] = (byte) random.nextInt();
                        readOrFail(damaged);
                        damaged[at] = (byte) 0xff;
                        readOrFail(damaged);
                    }
                });
    }

    @ParameterizedTest
    @MethodSource("names")
    void survivesHugeAndNegativeNumbersEverywhere(String name) {
        byte[] whole = TestObjects.bytes(name);
        int[] numbers = {-1, Integer.MAX_VALUE, Integer.MIN_VALUE, 0x00ff_ffff, 0};

        assertTimeoutPreemptively(
                Duration.ofSeconds(60),
                () -> {
                    for (int at = 0; at + 4 <= whole.length; at += 4) {
                        byte[] damaged = whole.clone();
                        ByteBuffer.wrap(damaged)
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .putInt(at, numbers[at / 4 % numbers.length]);
                        readOrFail(damaged);
                    }
                });
    }

    /// A message is one line that begins with the file.
    private static void readOrFail(byte[] bytes) {
        try {
            CollectionSpec object = ObjectReader.read(bytes, "damaged.o");
            assertThat(object.file()).isEqualTo("damaged.o");
        } catch (EbpfException e) {
            assertThat(e).hasMessageStartingWith("damaged.o: ");
        }
    }

    @Test
    void refusesWhatIsNoElfFile() {
        assertThatThrownBy(() ->
                        ObjectReader.read("hello, world".getBytes(StandardCharsets.UTF_8), "a.txt"))
                .isInstanceOf(MalformedObjectException.class)
                .hasMessage("a.txt: no ELF file: it does not begin with 7f 45 4c 46");
        assertThatThrownBy(() -> ObjectReader.read(new byte[0], "empty.o"))
                .isInstanceOf(MalformedObjectException.class);
    }

    @Test
    void keepsControlCharactersOfNamesOutOfMessages() {
        byte[] bytes = TestObjects.bytes("legacy_maps");
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        bytes[text.indexOf("counters")] = '\n';
        bytes[text.indexOf("counters") + 1] = 27;
        ElfSection maps = requireNonNull(new ElfImage(bytes, "x.o").section("maps"));
        bytes[maps.offset()] = 99;

        assertThatThrownBy(() -> ObjectReader.read(bytes, "x.o"))
                .hasMessageContaining("map ??unters: type 99");
    }

    @Test
    void namesBigEndianObjects() {
        byte[] bytes = TestObjects.bytes("globals");
        bytes[5] = 2;

        assertThatThrownBy(() -> ObjectReader.read(bytes, "be.o"))
                .isInstanceOf(UnsupportedException.class)
                .hasMessage("be.o: big-endian object; compile with -target bpfel or -target bpf");
    }

    @Test
    void namesOtherMachines() {
        byte[] bytes = TestObjects.bytes("globals");
        bytes[18] = 62;

        assertThatThrownBy(() -> ObjectReader.read(bytes, "x86.o"))
                .isInstanceOf(MalformedObjectException.class)
                .hasMessage(
                        "x86.o: machine 62 is not BPF (expected: 247); compile with -target bpf");
    }

    @Test
    void namesUnknownRelocations() {
        byte[] bytes = TestObjects.bytes("legacy_maps");
        ElfImage image = new ElfImage(bytes, "x.o");
        ElfSection relocations = requireNonNull(image.section(".relxdp_cpu_map0"));
        bytes[relocations.offset() + 8] = 99;

        assertThatThrownBy(() -> ObjectReader.read(bytes, "x.o"))
                .isInstanceOf(UnsupportedException.class)
                .hasMessageStartingWith("x.o: section xdp_cpu_map0: insn ")
                .hasMessageContaining("relocation of type 99");
    }

    @Test
    void namesUnknownMapTypes() {
        byte[] bytes = TestObjects.bytes("legacy_maps");
        ElfSection maps = requireNonNull(new ElfImage(bytes, "x.o").section("maps"));
        bytes[maps.offset()] = 99;

        assertThatThrownBy(() -> ObjectReader.read(bytes, "x.o"))
                .isInstanceOf(UnsupportedException.class)
                .hasMessage(
                        "x.o: section maps: map counters: type 99 is not known (expected: 1 to 33)");
    }

    @Test
    void refusesSectionsBehindTheEndOfTheFile() {
        byte[] bytes = TestObjects.bytes("legacy_maps");
        ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int sections = (int) header.getLong(40);
        header.putLong(sections + 64 + 32, Long.MAX_VALUE);

        assertThatThrownBy(() -> ObjectReader.read(bytes, "x.o"))
                .isInstanceOf(MalformedObjectException.class)
                .hasMessageContaining("x.o: section 1 ")
                .hasMessageContaining("behind the end of the file");
    }
}
