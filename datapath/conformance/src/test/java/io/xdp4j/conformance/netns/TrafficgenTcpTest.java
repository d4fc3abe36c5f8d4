package io.xdp4j.conformance.netns;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.conformance.tool.ToolCommand;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `trafficgen tcp` to a host whose own stack receives.
final class TrafficgenTcpTest {
    private static final int PACKETS = 3000;
    private static final int MTU = 1500;
    private static final int IPV4_TCP = 40;
    private static final int IPV6_TCP = 60;
    private static final int PATIENCE_MILLIS = 20_000;

    private Lab lab;

    @BeforeEach
    void connect() {
        lab = Lab.of(1, "ethtool");
        lab.hub().addAddress("p1", "10.77.0.254/24");
        lab.hub().addAddress("p1", "fd77::fe/64");
    }

    @AfterEach
    void close() {
        if (lab != null) {
            lab.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.77.0.1", "fd77::1"})
    void theHostReceivesOneStream(String address) {
        CompletableFuture<Integer> port = new CompletableFuture<>();
        CompletableFuture<Long> received = Inside.start(lab.host(1), () -> receive(address, port));
        ToolCommand.Output output =
                ToolCommand.of(
                                "trafficgen",
                                "tcp",
                                "-i",
                                "p1",
                                address,
                                "-p",
                                String.valueOf(Inside.await(port)),
                                "-n",
                                String.valueOf(PACKETS))
                        .by("ip", "netns", "exec", lab.hub().name())
                        .run();
        assertThat(output.exitCode()).as(output.toString()).isZero();
        // Each packet is full; some may have been sent twice.
        int payload = MTU - (address.contains(":") ? IPV6_TCP : IPV4_TCP);
        assertThat(Inside.await(received))
                .isPositive()
                .isLessThanOrEqualTo((long) PACKETS * payload)
                .matches(bytes -> bytes % payload == 0, "whole packets");
    }

    private static long receive(String address, CompletableFuture<Integer> port)
            throws IOException {
        try (ServerSocket server = new ServerSocket()) {
            server.bind(new InetSocketAddress(address, 0));
            server.setSoTimeout(PATIENCE_MILLIS);
            port.complete(server.getLocalPort());
            try (Socket connection = server.accept()) {
                connection.setSoTimeout(PATIENCE_MILLIS);
                return connection.getInputStream().transferTo(OutputStream.nullOutputStream());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = "10.77.0.1")
    void refusesAHostThatDoesNotListen(String address) {
        ToolCommand.Output output =
                ToolCommand.of("trafficgen", "tcp", "-i", "p1", address, "-p", "9")
                        .by("ip", "netns", "exec", lab.hub().name())
                        .run();
        assertThat(output.exitCode()).as(output.toString()).isEqualTo(6);
        assertThat(output.err()).last().asString().contains("connect(" + address + ", port 9)");
    }
}
