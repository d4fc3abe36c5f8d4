package io.xdp4j.conformance.netns;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.conformance.tool.Json;
import io.xdp4j.conformance.tool.Ledgers;
import io.xdp4j.conformance.tool.RunningTool;
import io.xdp4j.conformance.tool.ToolCommand;
import io.xdp4j.testkit.NetNs;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `xdp_fwd` and `forward` on the ports of a router, whose own stack forwards as well because AF_PACKET copies.
final class FwdToolTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int PINGS = 5;

    private Lab lab;

    @BeforeEach
    void connect() {
        lab = Lab.of(2, "ping");
        NetNs hub = lab.hub();
        for (int i = 1; i <= 2; i++) {
            hub.addAddress("p" + i, "10.78." + i + ".254/24");
            lab.host(i).addAddress("eth0", "10.78." + i + ".1/24");
            lab.host(i).ip("route", "add", "default", "via", "10.78." + i + ".254");
        }
        hub.exec("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
    }

    @AfterEach
    void close() {
        if (lab != null) {
            lab.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"xdp_fwd", "forward load", "xdp-forward load -F direct"})
    void forwardsByTheHostsRoutesAndNeighbours(String command) {
        ping(); // the router learns its neighbours
        try (RunningTool tool =
                ToolCommand.of((command + " p1 p2 --json").split(" ", -1))
                        .by("ip", "netns", "exec", lab.hub().name())
                        .start()) {
            tool.awaitStats("the first report", PATIENCE, stats -> true);
            ping();
            Json summary = tool.stop();
            Ledgers.assertBalanced(summary);
            assertThat(transmitted(summary, "p2")).as(summary.toString()).isEqualTo(PINGS);
            // Each request arrives twice, once through the kernel, and is answered twice.
            assertThat(transmitted(summary, "p1")).as(summary.toString()).isEqualTo(2 * PINGS);
        }
    }

    private void ping() {
        NetNs.Output output =
                lab.host(1).tryExec("ping", "-n", "-c" + PINGS, "-i0.1", "-W5", "10.78.2.1");
        assertThat(output.exitCode()).as(output.text()).isZero();
    }

    private static long transmitted(Json summary, String port) {
        return summary.at("devices").list().stream()
                .filter(device -> device.at("name").text().equals(port))
                .mapToLong(device -> device.at("tx_packets").number())
                .sum();
    }
}
