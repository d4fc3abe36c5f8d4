package io.xdp4j.ebpf.btf;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.xdp4j.ebpf.EbpfException;
import io.xdp4j.ebpf.MalformedObjectException;
import io.xdp4j.ebpf.UnsupportedException;
import io.xdp4j.ebpf.map.SpecialFields;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BtfSpecTest {
    @Test
    void numbersTypesFromOne() {
        BtfSpec btf =
                new RawBtf()
                        .integer("int", 4, true)
                        .type(RawBtf.PTR, 0, "", 1)
                        .type(RawBtf.TYPEDEF, 0, "number", 1)
                        .parse();

        assertThat(btf.count()).isEqualTo(4);
        assertThat(btf.type(0)).isEqualTo(new BtfType.VoidType());
        assertThat(btf.type(1)).isEqualTo(new BtfType.Int("int", 4, 0, 32, true, false, false));
        assertThat(btf.sizeOf(3)).isEqualTo(4);
        assertThat(btf.resolve(3)).isEqualTo(1);
        assertThat(btf.text(2)).isEqualTo("int *");
        assertThat(btf.idOf(BtfType.Typedef.class, "number")).isEqualTo(3);
        assertThat(btf.idOf(BtfType.Int.class, "number")).isZero();
    }

    @Test
    void readsBitFieldsOfStructsWithTheKindFlag() {
        int flag = 1 << 31;
        RawBtf raw = new RawBtf().integer("int", 4, false);
        raw.words(raw.string("s"), flag | RawBtf.STRUCT << 24 | 1, 4);
        raw.words(raw.string("f"), 1, 5 << 24 | 3);

        BtfType.Struct struct = requireNonNull(raw.parse().find(BtfType.Struct.class, "s"));
        assertThat(struct.members()).containsExactly(new BtfType.Member("f", 1, 3, 5));
    }

    @Test
    void endsWalksOverCyclicModifiers() {
        BtfSpec btf =
                new RawBtf().type(RawBtf.CONST, 0, "", 2).type(RawBtf.CONST, 0, "", 1).parse();

        assertThatThrownBy(() -> btf.resolve(1))
                .isInstanceOf(MalformedObjectException.class)
                .hasMessage("t.o: section .BTF: type 1: chain of more than 32 modifiers");
        assertThatThrownBy(() -> btf.sizeOf(2)).isInstanceOf(MalformedObjectException.class);
        assertThat(btf.text(1)).endsWith("...");
    }

    @Test
    void endsWalksOverArraysAndStructsOfThemselves() {
        RawBtf raw = new RawBtf().integer("int", 4, true);
        raw.type(RawBtf.ARRAY, 0, "", 0, 2, 1, 1);
        raw.type(RawBtf.STRUCT, 2, "loop", 8, 0, 3, 0, 0, 3, 0);
        BtfSpec btf = raw.parse();

        assertThatThrownBy(() -> btf.sizeOf(2)).isInstanceOf(MalformedObjectException.class);
        assertTimeoutPreemptively(
                Duration.ofSeconds(5),
                () -> {
                    assertThatThrownBy(() -> btf.alignOf(3))
                            .isInstanceOf(MalformedObjectException.class);
                    assertThatThrownBy(() -> SpecialFields.of(btf, 3))
                            .isInstanceOf(MalformedObjectException.class);
                });
    }

    @Test
    void refusesArraysWhoseSizeOverflows() {
        RawBtf raw = new RawBtf().integer("long", 8, true);
        raw.type(RawBtf.ARRAY, 0, "", 0, 1, 1, -1);
        raw.type(RawBtf.ARRAY, 0, "", 0, 2, 1, -1);
        BtfSpec btf = raw.parse();

        assertThatThrownBy(() -> btf.sizeOf(3))
                .isInstanceOf(MalformedObjectException.class)
                .hasMessageEndingWith("larger than 2 GiB");
    }

    @ParameterizedTest
    @CsvSource({
        "8, 2147483647",
        "12, -1",
        "16, 9999",
        "20, 1000000",
        "4, 3",
        "4, 1000",
    })
    void refusesHeadersThatPointOutside(int at, int value) {
        byte[] bytes = new RawBtf().integer("int", 4, true).bytes();
        java.nio.ByteBuffer.wrap(bytes).order(java.nio.ByteOrder.LITTLE_ENDIAN).putInt(at, value);

        assertThatThrownBy(() -> BtfSpec.parse(bytes)).isInstanceOf(MalformedObjectException.class);
    }

    @Test
    void namesBigEndianTypesAndUnknownKinds() {
        byte[] swapped = new RawBtf().bytes();
        swapped[0] = (byte) 0xeb;
        swapped[1] = (byte) 0x9f;

        assertThatThrownBy(() -> BtfSpec.parse(swapped))
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining("big-endian");
        assertThatThrownBy(() -> new RawBtf().type(31, 0, "", 0).parse())
                .hasMessage("t.o: section .BTF: type 1 at offset 0x18: kind 31 is not known");
        assertThatThrownBy(() -> new RawBtf().type(RawBtf.PTR, 0, "", 7).parse())
                .hasMessage("t.o: section .BTF: type 1 refers to type 7, only 2 there are");
    }

    @Test
    void refusesStringsThatMultiplyTheirTable() {
        RawBtf raw = new RawBtf();
        int start = raw.string("x".repeat(4000));
        for (int i = 0; i < 4000; i++) {
            raw.words(start + i, RawBtf.TYPEDEF << 24, 0);
        }

        assertThatThrownBy(raw::parse)
                .isInstanceOf(MalformedObjectException.class)
                .hasMessageContaining("strings overlap");
    }

    @Test
    void findsManyTypesOfOneNameInLinearTime() {
        RawBtf raw = new RawBtf();
        int name = raw.string("same");
        for (int i = 0; i < 300_000; i++) {
            raw.words(name, RawBtf.TYPEDEF << 24, 0);
        }

        assertTimeoutPreemptively(
                Duration.ofSeconds(10),
                () -> assertThat(raw.parse().idsOf("same")).hasSize(300_000));
    }

    @Test
    void survivesRandomBytesBehindASoundHeader() {
        Random random = new Random(20260720);
        for (int i = 0; i < 3000; i++) {
            RawBtf raw = new RawBtf();
            int[] words = random.ints(1 + random.nextInt(60)).toArray();
            for (int at = 0; at < words.length; at += 3) {
                words[at] = 0;
                if (at + 1 < words.length) {
                    words[at + 1] = random.nextInt(21) << 24 | random.nextInt(4);
                }
            }
            try {
                BtfSpec btf = raw.words(words).parse();
                for (int id = 0; id < btf.count(); id++) {
                    btf.text(id);
                }
            } catch (EbpfException e) {
                assertThat(e).hasMessageStartingWith("t.o: section .BTF");
            }
        }
    }
}
