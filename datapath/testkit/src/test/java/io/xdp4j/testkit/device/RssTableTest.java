package io.xdp4j.testkit.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.core.device.RssTable;
import io.xdp4j.testkit.Frames;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The vectors are those of Microsoft's "Verifying the RSS Hash Calculation".
final class RssTableTest {
    private final RssTable rss = new RssTable(4);

    @ParameterizedTest
    @CsvSource({
        "161.142.100.80, 1766, 66.9.149.187, 2794, 323e8fc2, 51ccc178",
        "65.69.140.83, 4739, 199.92.111.2, 14230, d718262a, c626b0ea",
        "12.22.207.184, 38024, 24.19.198.95, 12898, d2d0a5de, 5c2b394a",
        "209.142.163.6, 2217, 38.27.205.30, 48228, 82989176, afc7327f",
        "202.188.127.2, 1303, 153.39.163.191, 44251, 5d1809c5, 10e828a2"
    })
    void hashesIpv4LikeThePublishedVectors(
            String to, int toPort, String from, int fromPort, String addresses, String ports) {
        Frames ip = Frames.ethernet().ipv4(from, to);
        assertThat(hash(ip.tcp(fromPort, toPort).build())).isEqualTo(ports);
        assertThat(hash(ip.vlan(5).udp(fromPort, toPort).build())).isEqualTo(ports);
        assertThat(hash(ip.vlan(6).udp(fromPort, toPort).build())).isEqualTo(ports);
        assertThat(hash(ip.icmpEcho(fromPort, toPort).build())).isEqualTo(addresses);
        assertThat(hash(ip.udp(fromPort, toPort).fragment(0, true).build())).isEqualTo(addresses);
    }

    @ParameterizedTest
    @CsvSource({
        "3ffe:2501:200:3::1, 1766, 3ffe:2501:200:1fff::7, 2794, 2cc18cd5, 40207d3d",
        "ff02::1, 4739, 3ffe:501:8::260:97ff:fe40:efab, 14230, f0c461c, dde51bbf",
        "fe80::200:f8ff:fe21:67cf, 38024, 3ffe:1900:4545:3:200:f8ff:fe21:67cf, 44251,"
                + " 4b61e985, 2d1feef"
    })
    void hashesIpv6LikeThePublishedVectors(
            String to, int toPort, String from, int fromPort, String addresses, String ports) {
        Frames ip = Frames.ethernet().ipv6(from, to);
        assertThat(hash(ip.tcp(fromPort, toPort).build())).isEqualTo(ports);
        assertThat(hash(ip.udp(fromPort, toPort).build())).isEqualTo(ports);
        assertThat(hash(ip.icmpEcho(fromPort, toPort).build())).isEqualTo(addresses);
    }

    @Test
    void whatIsNotIpGoesToQueueZero() {
        assertThat(hash(Frames.ethernet().etherType(0x88cc).payload(50).build())).isEqualTo("0");
        assertThat(hash(new byte[13])).isEqualTo("0");
        byte[] threeTags =
                Frames.ethernet().vlan(1).vlan(2).vlan(3).ipv4("1.2.3.4", "5.6.7.8").build();
        assertThat(hash(threeTags)).isEqualTo("0");
    }

    @Test
    void readsNothingBeyondATruncatedPacket() {
        byte[] whole = Frames.udp4(1, 60);
        String ports = hash(whole);
        for (int length = 0; length < whole.length; length++) {
            String hash = hash(Arrays.copyOf(whole, length));
            if (length < 34) {
                assertThat(hash).isEqualTo("0");
            } else if (length < 38) {
                assertThat(hash).isNotIn("0", ports);
            } else {
                assertThat(hash).isEqualTo(ports);
            }
        }
    }

    @Test
    void theIndirectionTableDecides() {
        byte[] frame = Frames.udp4(1, 60);
        assertThat(rss.indirection()).startsWith(0, 1, 2, 3, 0).hasSize(RssTable.ENTRIES);
        int hash = Integer.parseUnsignedInt(hash(frame), 16);
        assertThat(queue(frame)).isEqualTo((hash & 127) % 4);
        int[] all = new int[RssTable.ENTRIES];
        Arrays.fill(all, 2);
        rss.setIndirection(all);
        assertThat(queue(frame)).isEqualTo(2);
        all[7] = 4;
        assertThatThrownBy(() -> rss.setIndirection(all))
                .hasMessage("table[7]: 4 (expected: 0..3)");
    }

    private String hash(byte[] frame) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(Math.max(1, frame.length));
            memory.copyFrom(MemorySegment.ofArray(frame).asSlice(0, frame.length));
            return Integer.toHexString(rss.hash(memory.address(), frame.length));
        }
    }

    private int queue(byte[] frame) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(frame.length);
            memory.copyFrom(MemorySegment.ofArray(frame));
            return rss.queueOf(memory.address(), frame.length);
        }
    }
}
