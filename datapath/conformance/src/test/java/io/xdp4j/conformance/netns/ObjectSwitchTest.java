package io.xdp4j.conformance.netns;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.conformance.tool.Json;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Three Linux hosts, the switch of `samples/bpf` between them.
final class ObjectSwitchTest {
    private static final long TEN_MB = 10_000_000;

    private static Lab lab;

    @BeforeAll
    static void connect() {
        lab = Lab.of(3, "ping", "ethtool");
        lab.startSwitch("--ebpf");
    }

    @AfterAll
    static void account() {
        try (Lab closing = lab) {
            if (closing != null) {
                Json summary = closing.stop();
                assertThat(summary.at("devices").list())
                        .allMatch(port -> port.at("xdp", "redirect").number() > 0)
                        .allMatch(port -> port.at("xdp", "aborted").number() == 0);
            }
        }
    }

    @Test
    void allHostsReachEachOther() {
        lab.assertAllPing();
    }

    @Test
    void tcpArrivesWholeBothWays() {
        Transfer.assertArrivesWhole(lab.host(1), lab.host(2), Lab.address(2), TEN_MB);
        Transfer.assertArrivesWhole(lab.host(3), lab.host(1), Lab.address6(1), TEN_MB);
    }
}
