package io.xdp4j.conformance.netns;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.conformance.Repository;
import io.xdp4j.conformance.tool.Json;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What runs on generated frames runs on AF_XDP ports by configuration alone.
final class AfXdpProgramsTest {
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

    @Test
    void loadBalancerSpreadsFlowsOverCpus() {
        lab.startFile(
                """
                workers: 2
                devices:
                  - {name: p1, transport: af_xdp, interface: p1}
                cpumaps:
                  - name: cpus
                    entries:
                      - {cpu: 0, qsize: 2048}
                      - {cpu: 1, qsize: 2048}
                programs:
                  - {name: lb, type: load_balancer, cpumap: cpus, attach: [p1]}
                """);
        sendFlows();
        assertBothCpusServed(lab.stop());
    }

    @Test
    void kernelsRedirectCpuProgramSpreadsFlowsOverCpus() {
        lab.startFile(
                """
                workers: 2
                devices:
                  - {name: p1, transport: af_xdp, interface: p1}
                programs:
                  - name: balance
                    type: object
                    file: %s
                    program: cpumap_l4_hash
                    attach: [p1]
                    entries:
                      - {map: cpu_map, cpu: 0, qsize: 2048}
                      - {map: cpu_map, cpu: 1, qsize: 2048}
                      - {map: cpus_available, key: 0, value: 0}
                      - {map: cpus_available, key: 1, value: 1}
                      - {map: cpus_count, key: 0, value: 2}
                """
                        .formatted(
                                Repository.root().resolve("samples/bpf/xdp_redirect_cpu.bpf.o")));
        sendFlows();
        assertBothCpusServed(lab.stop());
    }

    /// Flows to many addresses, which the host knows from its own table: nobody answers.
    private void sendFlows() {
        String send =
                """
                for i in $(seq 100 131); do
                  ip neigh add 10.77.0.$i lladdr 02:00:00:00:77:63 dev eth0
                  for n in 1 2 3 4; do echo x > /dev/udp/10.77.0.$i/7000; done
                done
                """;
        lab.host(1).exec("bash", "-c", send);
        lab.tool()
                .awaitStats(
                        "frames received",
                        Lab.PATIENCE,
                        stats -> stats.at("devices", "p1", "rx_packets").number() >= 128);
    }

    private static void assertBothCpusServed(Json summary) {
        assertThat(summary.at("cpumap").list().stream().map(row -> row.at("to").number()))
                .contains(0L, 1L);
        assertThat(summary.at("cpumap").list())
                .allMatch(row -> row.at("processed").number() > 0)
                .allMatch(row -> row.at("drops").number() == 0);
    }
}
