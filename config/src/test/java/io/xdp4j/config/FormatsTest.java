package io.xdp4j.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.programs.bridge.VlanSet;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The small languages inside values: durations, sizes, addresses, VLAN lists, near words.
final class FormatsTest {

    @Test
    void readsAndWritesDurations() {
        for (String text : List.of("1ns", "7us", "500ms", "10s", "2m", "48h", "0s")) {
            assertThat(DurationFormat.format(DurationFormat.parse(text))).isEqualTo(text);
        }
        assertThat(DurationFormat.parse("120s")).isEqualTo(Duration.ofMinutes(2));
        assertThat(DurationFormat.format(Duration.ofSeconds(90))).isEqualTo("90s");
    }

    @Test
    void refusesOtherDurations() {
        for (String text :
                List.of("", "s", "10", "-1s", "1.5s", "1 s", "1S", "1d", "999999999999999999h")) {
            assertThatThrownBy(() -> DurationFormat.parse(text))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("duration: " + text + " (expected: like 500ms, 10s, 2m)");
        }
    }

    @Test
    void readsAndWritesSizes() {
        for (String text : List.of("0", "4095", "64k", "1m", "3g")) {
            assertThat(SizeFormat.format(SizeFormat.parse(text))).isEqualTo(text);
        }
        assertThat(SizeFormat.parse("1m")).isEqualTo(1 << 20);
        assertThatThrownBy(() -> SizeFormat.parse("1K"))
                .hasMessage("size: 1K (expected: like 4096, 64k, 1m)");
    }

    @Test
    void readsAndWritesAddresses() {
        MacAddress mac = MacAddress.parse("02:00:00:00:aB:0f");
        assertThat(mac.valueU48()).isEqualTo(0x02000000ab0fL);
        assertThat(mac).hasToString("02:00:00:00:ab:0f");
        assertThat(mac.toBytes()).containsExactly(2, 0, 0, 0, 0xab, 0x0f);
        assertThat(MacAddress.parse("ff:ff:ff:ff:ff:ff").isMulticast()).isTrue();
        assertThat(MacAddress.parse("01:00:5e:00:00:01").isUnicast()).isFalse();
        assertThat(MacAddress.parse("00:00:00:00:00:00").isUnicast()).isFalse();
        assertThatThrownBy(() -> MacAddress.parse("02:00:00:00:00"))
                .hasMessage("mac: 02:00:00:00:00 (expected: like 02:00:00:00:00:01)");
        assertThatThrownBy(() -> new MacAddress(1L << 48))
                .hasMessage("valueU48: 0x1000000000000 (expected: 48 bits)");
    }

    @Test
    void derivesAddressesFromNames() {
        assertThat(MacAddress.derivedFrom("v0")).isEqualTo(MacAddress.derivedFrom("v0"));
        assertThat(MacAddress.derivedFrom("v0")).isNotEqualTo(MacAddress.derivedFrom("v1"));
        for (int i = 0; i < 1000; i++) {
            MacAddress mac = MacAddress.derivedFrom("nic" + i);
            assertThat(mac.isUnicast()).isTrue();
            assertThat(mac.toBytes()[0] & 2).isEqualTo(2);
        }
    }

    @Test
    void joinsVlans() {
        VlanSet set = VlanSet.ofRange(30, 40).union(VlanSet.ofRange(10, 10));
        assertThat(set)
                .hasToString("10,30-40")
                .isEqualTo(set.union(set))
                .hasSameHashCodeAs(set.union(set));
        assertThat(set.contains(35)).isTrue();
        assertThat(set.contains(41)).isFalse();
        assertThat(set.contains(-1)).isFalse();
        assertThat(set.ids().count()).isEqualTo(12);
        assertThatThrownBy(() -> VlanSet.ofRange(0, 10)).hasMessage("vlan: 0 (expected: 1..4094)");
    }

    @Test
    void findsNearWords() {
        List<String> known = List.of("queues", "mtu", "rx-queues", "p1");
        assertThat(Spelling.nearest("queus", known)).contains("queues");
        assertThat(Spelling.nearest("quenes", known)).contains("queues");
        assertThat(Spelling.nearest("qeuues", known)).contains("queues");
        assertThat(Spelling.nearest("rx_queues", known)).contains("rx-queues");
        assertThat(Spelling.nearest("MTU", known)).contains("mtu");
        assertThat(Spelling.nearest("colour", known)).isEmpty();
        assertThat(Spelling.nearest("p2", known)).isEmpty();
        assertThat(Spelling.nearest("", known)).isEmpty();
        assertThat(Spelling.nearest("x".repeat(100_000), known)).isEmpty();
    }

    @Test
    void keepsExcerptsOnOneLine() {
        assertThat(Excerpt.of("a\nb\u2028c\u202ed\ud800"))
                .isEqualTo("a\\u{a}b\\u{2028}c\\u{202e}d\\u{d800}");
        assertThat(Excerpt.of("x".repeat(41))).isEqualTo("x".repeat(37) + "...");
        assertThat(Excerpt.quoted("a b")).isEqualTo("\"a b\"");
    }
}
