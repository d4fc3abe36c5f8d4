package io.xdp4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

final class FramesTest {
    @Test
    void buildsAHeaderWithAPublishedChecksum() {
        // The IPv4 header whose checksum 0xb861 the usual worked example has (with DF set).
        byte[] frame =
                Frames.ethernet()
                        .ipv4("192.168.0.1", "192.168.0.199")
                        .identification(0)
                        .fragment(0, false)
                        .protocol(17)
                        .payload(HexFormat.of().parseHex("0000".repeat(47) + "00"))
                        .build();
        assertThat(HexFormat.of().formatHex(frame, 14, 24)).isEqualTo("45000073000000004011");
        int withoutDontFragment = Checksums.u16(frame, 24);
        assertThat(withoutDontFragment - 0x4000 & 0xffff).isEqualTo(0xb861);
    }

    @Test
    void checksumsAreRightInEveryProtocol() {
        assertThat(Checksums.defects(Frames.udp4(7, 60))).isEmpty();
        assertThat(Checksums.defects(ipv4().tcp(1, 2).payload(33).build())).isEmpty();
        assertThat(Checksums.defects(ipv4().vlan(3).vlan(4).icmpEcho(1, 2).build())).isEmpty();
        assertThat(Checksums.defects(ipv6().udp(1, 2).payload("odd").build())).isEmpty();
        assertThat(Checksums.defects(ipv6().tcp(1, 2).build())).isEmpty();
        assertThat(Checksums.defects(ipv6().icmpEcho(1, 2).payload(9).build())).isEmpty();
    }

    @Test
    void defectsNameABrokenChecksum() {
        byte[] frame = Frames.udp4(7, 60);
        frame[55] ^= 1;
        assertThat(Checksums.defects(frame)).isEqualTo("UDP checksum");
        frame[15] ^= 1;
        assertThat(Checksums.defects(frame)).isEqualTo("IPv4 header checksum");
    }

    @Test
    void partialChecksumBecomesRightWhenTheRestIsAdded() {
        Frames builder = ipv4().tcp(1, 2).payload(21).partialChecksum();
        byte[] frame = builder.build();
        int at = builder.transportOffset();
        int sum = ~Checksums.sum(frame, at, frame.length);
        frame[at + builder.checksumOffset()] = (byte) (sum >>> 8);
        frame[at + builder.checksumOffset() + 1] = (byte) sum;
        assertThat(Checksums.defects(frame)).isEmpty();
    }

    @Test
    void arpHasItsBytes() {
        byte[] frame =
                Frames.ethernet()
                        .arp(1, "02:00:00:00:00:01", "10.0.0.1", "00:00:00:00:00:00", "10.0.0.2")
                        .pad(60)
                        .build();
        assertThat(HexFormat.of().formatHex(frame))
                .isEqualTo(
                        "0200000000020200000000010806"
                                + "00010800060400010200000000010a0000010000000000000a000002"
                                + "00".repeat(18));
    }

    @Test
    void refusesTextThatIsNoAddress() {
        assertThatThrownBy(() -> Frames.ethernet().ipv4("10.0.0.1", "::1"))
                .hasMessage("address: ::1 (expected: IPv4)");
    }

    private static Frames ipv4() {
        return Frames.ethernet().ipv4("10.0.0.1", "10.0.0.2");
    }

    private static Frames ipv6() {
        return Frames.ethernet().ipv6("2001:db8::1", "2001:db8::2");
    }
}
