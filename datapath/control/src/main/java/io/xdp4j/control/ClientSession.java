package io.xdp4j.control;

import io.xdp4j.control.json.Json;
import io.xdp4j.control.json.JsonException;
import io.xdp4j.control.json.JsonText;
import io.xdp4j.ebpf.Errno;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One client of a [ControlServer]: answers its requests in order, and takes back what it owns when
/// it hangs up.
///
/// Thread: its own.
final class ClientSession {
    private static final Logger LOG = LoggerFactory.getLogger(ClientSession.class);

    private final SocketChannel channel;
    private final DatapathControl control;
    private final Requests requests;
    private final Thread thread;

    ClientSession(SocketChannel channel, DatapathControl control, Consumer<ClientSession> onEnd) {
        this.channel = channel;
        this.control = control;
        this.requests = new Requests(control);
        this.thread = new Thread(() -> serve(onEnd), "control-client");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    private void serve(Consumer<ClientSession> onEnd) {
        try (SocketChannel open = channel;
                InputStream in = new BufferedInputStream(Channels.newInputStream(open));
                OutputStream out = Channels.newOutputStream(open)) {
            String line;
            while ((line = Protocol.readLine(in, Protocol.MAX_REQUEST_BYTES)) != null) {
                out.write((answer(line) + "\n").getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            LOG.debug("client: {}", e.toString());
        } finally {
            end();
            onEnd.accept(this);
        }
    }

    private void end() {
        try {
            control.close();
        } catch (ControlException e) {
            LOG.warn("end of a client's session: {}", e.getMessage());
        }
    }

    private String answer(String line) {
        Map<String, @Nullable Object> answer = new LinkedHashMap<>();
        try {
            Json request = Json.parse(line, "request");
            answer.put("id", request.at("id").raw());
            answer.put("result", requests.handle(request));
        } catch (ControlException e) {
            answer.put("error", error(e));
        } catch (JsonException e) {
            answer.put("error", error(ControlException.Kind.USAGE, Errno.EINVAL, e));
        } catch (RuntimeException e) {
            LOG.debug("request", e);
            answer.put("error", error(ControlException.Kind.RUNTIME, 0, e));
        }
        return JsonText.of(answer);
    }

    private static Map<String, Object> error(
            ControlException.Kind kind, int errno, RuntimeException e) {
        return error(new ControlException(kind, errno, String.valueOf(e.getMessage())));
    }

    private static Map<String, Object> error(ControlException e) {
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("kind", e.kind().name());
        error.put("errno", e.errno());
        error.put("message", String.valueOf(e.getMessage()));
        error.put("log", e.log());
        return error;
    }

    /// Hangs up.
    void close() {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.debug("client: {}", e.toString());
        }
    }

    /// Waits until the session has taken back what it owns.
    void join(long millis) {
        try {
            thread.join(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
