package io.xdp4j.conformance.netns;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.conformance.tool.Json;
import io.xdp4j.conformance.tool.Ledgers;
import io.xdp4j.conformance.tool.RunningTool;
import io.xdp4j.conformance.tool.ToolCommand;
import io.xdp4j.programs.balance.FlowHash;
import io.xdp4j.testkit.NetNs;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `xdp_redirect_cpu` on a real interface that sees both directions of all traffic.
///
/// ```
/// h1: eth0 ── p1 ┐
/// h2: eth0 ── p2 ├ br0, which learns nothing and so floods
///     mon ── span ┘
/// ```
final class RedirectCpuToolTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /// Frames besides the flow's: neighbour discovery and the like.
    private static final long NOISE = 200;

    /// Most of the segments of 2 MB in each direction.
    private static final long FLOW = 2000;

    private static final int TCP = 6;

    private Lab lab;

    @BeforeEach
    void connect() {
        lab = Lab.of(2, "iperf3");
        NetNs hub = lab.hub();
        hub.ip("link", "add", "br0", "type", "bridge", "ageing_time", "0");
        NetNs.link(hub, "span", hub, "mon");
        for (String port : new String[] {"p1", "p2", "span"}) {
            hub.ip("link", "set", port, "master", "br0");
        }
        hub.ip("link", "set", "br0", "up");
    }

    @AfterEach
    void close() {
        if (lab != null) {
            lab.close();
        }
    }

    /// The CPU is that of the hash of both addresses and the protocol, modulo 2.
    @ParameterizedTest
    @CsvSource({"10.77.0.2", "10.77.0.21", "10.77.0.22", "10.77.0.23"})
    void bothDirectionsOfAFlowLandOnOneWorker(String server) {
        if (!server.equals(Lab.address(2))) {
            lab.host(2).addAddress("eth0", server + "/24");
        }
        int cpu = cpuOf(Lab.address(1), server);
        try (Iperf iperf = Iperf.serve(lab.host(2));
                RunningTool tool = start()) {
            tool.awaitStats("the first report", PATIENCE, stats -> true);
            iperf.run(lab.host(1), server, "-n", "2M");
            iperf.run(lab.host(1), server, "-n", "2M", "-R");
            // What the kernel still holds for the port when the tool stops, it never sees.
            tool.awaitStats("the flow", PATIENCE, stats -> processed(stats, cpu) > FLOW);
            Json summary = tool.stop();
            Ledgers.assertBalanced(summary);
            long flow = processed(summary, cpu);
            long other = processed(summary, 1 - cpu);
            assertThat(flow).as(summary.toString()).isGreaterThan(FLOW);
            assertThat(other).as(summary.toString()).isLessThan(NOISE);
            assertAddsUp(summary, flow + other);
        }
    }

    private RunningTool start() {
        return ToolCommand.of(
                        "xdp_redirect_cpu",
                        "-d",
                        "mon",
                        "-c",
                        "0",
                        "-c",
                        "1",
                        "-q",
                        "16384",
                        "-i",
                        "1",
                        "--workers",
                        "2",
                        "--json")
                .by("ip", "netns", "exec", lab.hub().name())
                .start();
    }

    private static long processed(Json summary, int cpu) {
        return summary.at("sample").at("cpumap_enqueue").list().stream()
                .filter(row -> row.at("to").number() == cpu)
                .mapToLong(row -> row.at("processed").number())
                .sum();
    }

    private static void assertAddsUp(Json summary, long enqueued) {
        Json sample = summary.at("sample");
        assertThat(sum(sample.at("rx"), "packets")).isEqualTo(enqueued);
        assertThat(sum(sample.at("cpumap_kthread"), "pass"))
                .isEqualTo(enqueued - sum(sample.at("cpumap_enqueue"), "drops"));
    }

    private static long sum(Json rows, String column) {
        return rows.list().stream().mapToLong(row -> row.at(column).number()).sum();
    }

    /// The CPU for TCP between the two.
    private static int cpuOf(String one, String other) {
        return Integer.remainderUnsigned(FlowHash.of(word(one) + word(other), TCP), 2);
    }

    /// An address as a little-endian machine loads it.
    private static int word(String address) {
        int word = 0;
        String[] bytes = address.split("\\.", -1);
        for (int i = 0; i < bytes.length; i++) {
            word |= Integer.parseInt(bytes[i]) << (8 * i);
        }
        return word;
    }
}
