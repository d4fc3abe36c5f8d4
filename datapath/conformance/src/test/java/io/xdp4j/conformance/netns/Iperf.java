package io.xdp4j.conformance.netns;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.conformance.tool.Json;
import io.xdp4j.testkit.NetNs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// An `iperf3` server in a namespace, until closed.
final class Iperf implements AutoCloseable {
    private static final String PORT = "5201";

    private final Process server;

    private Iperf(Process server) {
        this.server = server;
    }

    static Iperf serve(NetNs netns) {
        Process server = netns.spawn("iperf3", "-s", "-p", PORT);
        Await.until(
                "iperf3 listens",
                () -> netns.exec("cat", "/proc/net/tcp6", "/proc/net/tcp").contains(":1451 "));
        return new Iperf(server);
    }

    /// Runs a client and returns what `--json` reported at its end.
    Json run(NetNs from, String address, String... options) {
        List<String> command =
                new ArrayList<>(List.of("iperf3", "-c", address, "-p", PORT, "--json"));
        command.addAll(List.of(options));
        NetNs.Output output = from.tryExec(command.toArray(String[]::new));
        assertThat(output.exitCode()).as(output.text()).isZero();
        return Json.parse(output.text()).at("end");
    }

    /// Starts a client that goes on while the test does something else.
    Load load(NetNs from, String address, String... options) {
        List<String> command =
                new ArrayList<>(List.of("iperf3", "-c", address, "-p", PORT, "--json"));
        command.addAll(List.of(options));
        return new Load(from.spawn(command.toArray(String[]::new)));
    }

    @Override
    public void close() {
        server.destroy();
    }

    /// A client under way.
    static final class Load implements AutoCloseable {
        private static final long LIMIT_SECONDS = 60;

        private final Process client;
        private final CompletableFuture<String> text;

        private Load(Process client) {
            this.client = client;
            this.text = CompletableFuture.supplyAsync(() -> read(client));
        }

        private static String read(Process client) {
            try {
                return new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /// What `--json` reported at its end.
        Json awaitEnd() {
            try {
                String report = text.get(LIMIT_SECONDS, TimeUnit.SECONDS);
                assertThat(client.waitFor()).as(report).isZero();
                return Json.parse(report).at("end");
            } catch (ExecutionException | TimeoutException e) {
                throw new AssertionError(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted", e);
            }
        }

        @Override
        public void close() {
            client.destroy();
        }
    }
}
