package io.xdp4j.tools.prog;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PacketFormatTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    d4c3b2a1020004 | PCAP
                    4d3cb2a1020004 | PCAP
                    a1b2c3d4000200 | PCAP
                    0a0d0d0a1c0000 | PCAP
                    ffffffffffff00 | RAW
                    d4c3b2         | RAW
                    """)
    void goesByTheFirstBytes(String hex, PacketFormat format) {
        assertThat(PacketFormat.of(HexFormat.of().parseHex(hex))).isEqualTo(format);
    }

    @Test
    void knowsTextForms() {
        assertThat(of("{\"hex\":\"00\"}\n")).isEqualTo(PacketFormat.JSONL);
        assertThat(of("00 11 22\n33\n")).isEqualTo(PacketFormat.HEX);
        assertThat(of("# a comment\n0011\n")).isEqualTo(PacketFormat.HEX);
        assertThat(of("{not json")).isEqualTo(PacketFormat.RAW);
        assertThat(of("")).isEqualTo(PacketFormat.RAW);
    }

    private static PacketFormat of(String text) {
        return PacketFormat.of(text.getBytes(StandardCharsets.UTF_8));
    }
}
