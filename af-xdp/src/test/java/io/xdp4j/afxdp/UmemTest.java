package io.xdp4j.afxdp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Places in a UMEM, with the kernel's rules for descriptors.
class UmemTest {
    @ParameterizedTest
    @CsvSource({
        "0, 60, true",
        "256, 3840, true",
        "256, 3841, false", // reaches into the next chunk
        "0, 4096, true",
        "0, 0, false",
        "0, -1, false",
        "32512, 256, true", // the last bytes
        "32512, 257, false",
        "32768, 60, false",
        "-1, 60, false",
        "-9223372036854775808, 60, false",
        "9223372036854775807, 60, false",
        "9223372036854775792, 16, false", // ends beyond the largest number
    })
    void alignedDescriptorsLieInOneChunk(long address, int length, boolean expected) {
        try (Umem umem = Umem.allocate(8, UmemConfig.PAGES)) {
            assertThat(umem.holds(address, length)).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, 60, true",
        "3000, 2000, true", // across a page
        "32768, 2048, true",
        "32769, 2048, false",
        "72057594037927936, 60, true", // base 0, offset 256
        "9223090561878065152, 2000, true", // base 0, offset 32767
        "9223090561878065152, 2050, false", // longer than a chunk
        "-72057594037927936, 60, false", // base 0, offset 65280: behind the end
        "-1, 60, false",
    })
    void unalignedDescriptorsLieAnywhere(long address, int length, boolean expected) {
        UmemConfig config = UmemConfig.PAGES.withChunk(2048).unaligned();
        try (Umem umem = Umem.allocate(17, config)) {
            assertThat(umem.holds(address, length)).isEqualTo(expected);
        }
    }

    @Test
    void metadataBlockCountsToTheFrame() {
        try (Umem umem = Umem.allocate(2, UmemConfig.PAGES.withTxMetadata(24))) {
            assertThat(umem.holds(24, 60)).isTrue();
            assertThat(umem.holds(23, 60)).isFalse();
            assertThat(umem.holds(4096 + 23, 60)).as("the block is in the chunk before").isFalse();
        }
    }

    @Test
    void addressesTellTheirChunk() {
        try (Umem aligned = Umem.allocate(4, UmemConfig.PAGES);
                Umem unaligned = Umem.allocate(4, UmemConfig.PAGES.unaligned())) {
            assertThat(aligned.chunkOf(4096 + 300)).isEqualTo(4096);
            assertThat(aligned.addressOf(4096, 256)).isEqualTo(4096 + 256);
            long address = unaligned.addressOf(5000, 256);
            assertThat(address).isEqualTo(5000 | 256L << 48);
            assertThat(unaligned.offsetOf(address)).isEqualTo(5256);
            assertThat(unaligned.chunkOf(address)).isEqualTo(5000);
            assertThat(unaligned.pointer(address)).isEqualTo(unaligned.base() + 5256);
        }
    }

    @Test
    void receivedDataStandBehindBothHeadrooms() {
        try (Umem umem = Umem.allocate(1, UmemConfig.PAGES.withHeadroom(100))) {
            assertThat(umem.dataOffset()).isEqualTo(356);
            assertThat(umem.frameBytes()).isEqualTo(3740);
        }
    }
}
