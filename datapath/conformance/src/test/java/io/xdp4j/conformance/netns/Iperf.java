package io.xdp4j.conformance.netns;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.conformance.tool.Json;
import io.xdp4j.testkit.NetNs;
import java.util.ArrayList;
import java.util.List;

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
        return Json.parseForeign(output.text()).at("end");
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
        private final Process client;

        private Load(Process client) {
            this.client = client;
        }

        boolean isRunning() {
            return client.isAlive();
        }

        @Override
        public void close() {
            client.destroy();
        }
    }
}
