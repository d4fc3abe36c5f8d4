package io.xdp4j.programs.bridge;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class SwitchSpecTest {
    private static final SwitchSpec PLAIN = SwitchRig.plainSpec("p0", "p1");

    static List<Arguments> contradictions() {
        return List.of(
                bad(
                        () ->
                                SwitchSpec.of(
                                        "br0",
                                        SwitchPortSpec.plain("p0"),
                                        SwitchPortSpec.access("p1", 1)),
                        "br0: port p1: Access[pvid=1] (expected: all ports plain, or all access or"
                                + " trunk, as p0 is)"),
                bad(() -> SwitchSpec.of("br0", List.of()), "br0: ports: 0 (expected: 1..256)"),
                bad(
                        () -> SwitchRig.plainSpec("p0", "p0"),
                        "br0: port: p0 (expected: each device once)"),
                bad(
                        () -> PLAIN.withMacTable(15, Duration.ofMinutes(5)),
                        "br0: maxMacEntries: 15 (expected: 16..1048576)"),
                bad(
                        () -> PLAIN.withMacTable(16, Duration.ofMillis(999)),
                        "br0: ageing: PT0.999S (expected: 1 s..365 d)"),
                bad(
                        () -> PLAIN.withStaticEntries(new StaticEntry(2, "p0", 7)),
                        "br0: static entry's vlan: 7 (expected: 0, as no port has VLANs)"),
                bad(
                        () -> new StaticEntry(1L << 40, "p0", 0),
                        "mac: 0x10000000000 (expected: a unicast address)"),
                bad(() -> VlanSet.of(4095), "vlan: 4095 (expected: 1..4094)"),
                bad(() -> VlanSet.ofRange(5, 4), "range: 5-4 (expected: rising)"),
                bad(() -> SwitchPortSpec.access("p0", 0), "vlan: 0 (expected: 1..4094)"),
                bad(
                        () -> new StormLimit(0, -1, 0),
                        "multicast: -1 (expected: 0 for no limit, or up to 1000000000)"),
                bad(
                        () -> new MirrorSpec(List.of("p0", "p1"), "p1", MirrorSpec.Direction.BOTH),
                        "to: p1 (expected: none of [p0, p1])"));
    }

    private static Arguments bad(ThrowingCallable make, String message) {
        return Arguments.of(make, message);
    }

    @ParameterizedTest
    @MethodSource("contradictions")
    void saysWhatIsWrong(ThrowingCallable make, String message) {
        assertThatThrownBy(make).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }
}
