package io.xdp4j.conformance.netns;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.conformance.tool.Json;
import io.xdp4j.conformance.tool.RunningTool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A running switch ends by a signal, or when its time is up, in order: drained, accounted for,
/// exit code 0.
final class SignalsTest {
    private Lab lab;

    @BeforeEach
    void connect() {
        lab = Lab.of(2, "ping", "iperf3", "ethtool");
    }

    @AfterEach
    void close() {
        if (lab != null) {
            lab.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT", "TERM"})
    void signalUnderLoadEndsInOrder(String signal) {
        RunningTool tool = lab.startSwitch();
        try (Iperf server = Iperf.serve(lab.host(2));
                Iperf.Load load = server.load(lab.host(1), Lab.address(2), "-t60", "--bidir")) {
            tool.awaitStats(
                    "load",
                    Lab.PATIENCE,
                    stats -> stats.at("devices", "p2", "rx_bytes").number() > 20_000_000);
            assertThat(load.isRunning()).isTrue();
            tool.signal(signal);
            Json summary = tool.awaitSummary();
            lab.assertClean(tool, summary);
        }
    }

    @Test
    void durationEndsInOrder() {
        RunningTool tool = lab.launchSwitch("--duration", "2s");
        tool.awaitUp();
        lab.assertPings(1, Lab.address(2));
        Json summary = tool.awaitSummary();
        assertThat(summary.at("duration_ns").number()).isBetween(2_000_000_000L, 5_000_000_000L);
        lab.assertClean(tool, summary);
    }

    @Test
    void signalBeforeAnyTrafficEndsInOrder() {
        RunningTool tool = lab.launchSwitch();
        tool.awaitLog("p1: link up", Lab.PATIENCE);
        tool.signal("TERM");
        lab.assertClean(tool, tool.awaitSummary());
    }
}
