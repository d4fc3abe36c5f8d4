package io.xdp4j.conformance.netns;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.conformance.tool.Json;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Several receive sockets an interface, on several workers.
final class QueuesTest {
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
    void flowsAreSpreadOverQueuesAndWorkers() {
        lab.startSwitch("--queues", "2", "--workers", "2");
        lab.assertAllPing();
        try (Iperf server = Iperf.serve(lab.host(2))) {
            Json there = server.run(lab.host(1), Lab.address(2), "-t1", "-P8");
            Json back = server.run(lab.host(1), Lab.address(2), "-t1", "-P8", "-R");
            assertThat(there.at("sum_received", "bytes").number()).isGreaterThan(1_000_000);
            assertThat(back.at("sum_received", "bytes").number()).isGreaterThan(1_000_000);
        }
        Transfer.assertArrivesWhole(lab.host(1), lab.host(2), Lab.address(2), 30_000_000);
        Json summary = lab.stop();
        for (Json port : summary.at("devices").list()) {
            List<Json> queues = port.at("queues").list();
            assertThat(queues).hasSize(2);
            assertThat(queues).allMatch(queue -> queue.at("rx_packets").number() > 0);
            assertThat(queues.stream().map(queue -> queue.at("worker").number()))
                    .containsExactlyInAnyOrder(0L, 1L);
        }
        assertThat(summary.at("workers").list())
                .allMatch(worker -> worker.at("packets").number() > 0);
    }

    @ParameterizedTest
    @CsvSource({"lb, cpu", "rollover, qm"})
    void everyFanoutModeForwards(String one, String other) {
        lab.startFile(
                """
                workers: 2
                devices:
                  - {name: p1, transport: af_packet, interface: p1, queues: 3, fanout: %s}
                  - {name: p2, transport: auto, interface: p2, queues: 2, fanout: %s}
                switch: {ports: [p1, p2]}
                """
                        .formatted(one, other));
        lab.assertAllPing();
        Transfer.assertArrivesWhole(lab.host(1), lab.host(2), Lab.address(2), 5_000_000);
        lab.stop();
    }
}
