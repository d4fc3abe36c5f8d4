package io.xdp4j.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.control.json.Json;
import io.xdp4j.core.device.Datapath;
import io.xdp4j.testkit.DatapathTest;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What goes over the socket, malformed requests among it.
@DatapathTest
final class RequestsTest {
    @TempDir private Path directory = Path.of("");

    /// A request, and what its answer must hold.
    private record Exchange(String request, String answer) {}

    private static final List<Exchange> EXCHANGES =
            List.of(
                    new Exchange("{\"v\":1,\"id\":7,\"op\":\"maps\"}", "{\"id\":7,\"result\":[]}"),
                    new Exchange("{\"v\":1,\"op\":\"devices\"}", "\"result\":[]"),
                    new Exchange("nonsense", "no valid JSON"),
                    new Exchange("{}", "request.v: is missing (expected: a whole number 1..1)"),
                    new Exchange("{\"v\":2,\"op\":\"info\"}", "request.v: 2"),
                    new Exchange("{\"v\":1,\"op\":\"dance\"}", "request.op: \\\"dance\\\""),
                    new Exchange("{\"v\":1,\"op\":\"lookup\",\"map\":0}", "request.map: 0"),
                    new Exchange(
                            "{\"v\":1,\"op\":\"lookup\",\"map\":1,\"key\":\"xy\"}", "request.key"),
                    new Exchange(
                            "{\"v\":1,\"op\":\"load\",\"object\":{\"name\":\"x\",\"elf\":\"*\"}}",
                            "expected: base64"),
                    new Exchange(
                            "{\"v\":1,\"op\":\"attach\",\"attach\":{\"ifindex\":1,\"program\":1,"
                                    + "\"mode\":\"UP\"}}",
                            "request.attach.mode"));

    @Test
    void answersEachRequestInOneLine(Datapath datapath) throws IOException {
        try (DatapathObjects objects = new DatapathObjects(datapath);
                ControlServer server =
                        ControlServer.open(
                                new DatapathHost(datapath, objects, List::of),
                                "test",
                                directory.resolve("1.sock"));
                SocketChannel client =
                        SocketChannel.open(UnixDomainSocketAddress.of(server.path()))) {
            for (Exchange exchange : EXCHANGES) {
                send(client, exchange.request() + "\n");
                String answer = Protocol.readLine(Channels.newInputStream(client), 1 << 20);
                assertThat(answer).as(exchange.request()).contains(exchange.answer());
                assertThat(Json.parse(String.valueOf(answer), "answer").isObject()).isTrue();
            }
        }
    }

    @Test
    void hangsUpOnAnEndlessLine(Datapath datapath) throws IOException {
        try (DatapathObjects objects = new DatapathObjects(datapath);
                ControlServer server =
                        ControlServer.open(
                                new DatapathHost(datapath, objects, List::of),
                                "test",
                                directory.resolve("1.sock"));
                SocketChannel client =
                        SocketChannel.open(UnixDomainSocketAddress.of(server.path()))) {
            String block = "x".repeat(1 << 16);
            boolean hungUp = false;
            for (int sent = 0; sent <= Protocol.MAX_REQUEST_BYTES && !hungUp; sent += 1 << 16) {
                try {
                    send(client, block);
                } catch (IOException e) {
                    hungUp = true;
                }
            }
            assertThat(hungUp || isClosed(client)).isTrue();
        }
    }

    private static boolean isClosed(SocketChannel client) {
        try {
            return client.read(ByteBuffer.allocate(1)) < 0;
        } catch (IOException e) {
            return true;
        }
    }

    private static void send(SocketChannel client, String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            client.write(bytes);
        }
    }
}
