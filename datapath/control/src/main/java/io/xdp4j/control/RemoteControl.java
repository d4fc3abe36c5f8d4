package io.xdp4j.control;

import io.xdp4j.control.json.Json;
import io.xdp4j.control.json.JsonException;
import io.xdp4j.control.json.JsonText;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A session with a datapath of another process.
///
/// Thread: one at a time.
/// Owns: the connection, until closed.
/// Fails: [ControlException]; of kind `RUNTIME` when the other process has gone.
public final class RemoteControl implements DatapathControl {
    private final Path path;
    private final SocketChannel channel;
    private final InputStream in;
    private final OutputStream out;
    private final DatapathInfo info;
    private long lastId;

    private RemoteControl(Path path, SocketChannel channel) {
        this.path = path;
        this.channel = channel;
        this.in = new BufferedInputStream(Channels.newInputStream(channel));
        this.out = Channels.newOutputStream(channel);
        this.info = DatapathInfo.parse(call("info", Map.of()));
    }

    /// Connects to a datapath's socket.
    ///
    /// Fails: [IOException] when nobody serves it.
    public static RemoteControl connect(Path path) throws IOException {
        SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path));
        try {
            return new RemoteControl(path, channel);
        } catch (RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /// One request and its answer.
    private synchronized Json call(String op, Map<String, ? extends Object> arguments) {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("v", Protocol.VERSION);
        request.put("id", ++lastId);
        request.put("op", op);
        request.putAll(arguments);
        Json answer = exchange(JsonText.of(request));
        try {
            if (answer.at("error").isPresent()) {
                throw refused(answer.at("error"));
            }
            return answer.at("result");
        } catch (JsonException e) {
            throw new ControlException(ControlException.Kind.RUNTIME, path + ": " + e.getMessage());
        }
    }

    private Json exchange(String request) {
        byte[] line = (request + "\n").getBytes(StandardCharsets.UTF_8);
        if (line.length > Protocol.MAX_REQUEST_BYTES) {
            throw new ControlException(
                    ControlException.Kind.USAGE,
                    "request of "
                            + line.length
                            + " bytes (expected: at most "
                            + Protocol.MAX_REQUEST_BYTES
                            + ")");
        }
        try {
            out.write(line);
            String answer = Protocol.readLine(in, Protocol.MAX_ANSWER_BYTES);
            if (answer == null) {
                throw gone("it has ended");
            }
            return Json.parse(answer, "answer");
        } catch (IOException e) {
            throw gone(e.toString());
        }
    }

    private ControlException gone(String reason) {
        return new ControlException(
                ControlException.Kind.RUNTIME, "datapath at " + path + ": " + reason);
    }

    private static ControlException refused(Json error) {
        return new ControlException(
                Words.of(ControlException.Kind.class, error.at("kind")),
                error.at("errno").number(0, Integer.MAX_VALUE, 0),
                error.at("message").text(),
                error.at("log").list().stream().map(Json::text).toList());
    }

    @Override
    public DatapathInfo info() {
        return info;
    }

    @Override
    public List<DeviceInfo> devices() {
        return call("devices", Map.of()).list().stream().map(DeviceInfo::parse).toList();
    }

    @Override
    public Snapshot snapshot() {
        return SnapshotJson.parse(call("snapshot", Map.of()));
    }

    @Override
    public ObjectInfo load(ObjectRequest request) {
        return ObjectInfo.parse(call("load", Map.of("object", request.json())));
    }

    @Override
    public void unload(int object) {
        call("unload", Map.of("object", object));
    }

    @Override
    public List<ObjectInfo> objects() {
        return call("objects", Map.of()).list().stream().map(ObjectInfo::parse).toList();
    }

    @Override
    public Attachment attach(AttachRequest request) {
        return Attachment.parse(call("attach", Map.of("attach", request.json())));
    }

    @Override
    public boolean detach(int ifindex, int program) {
        return call("detach", Map.of("ifindex", ifindex, "program", program)).flag(false);
    }

    @Override
    public List<MapInfo> maps() {
        return call("maps", Map.of()).list().stream().map(MapInfo::parse).toList();
    }

    @Override
    public byte @Nullable [] lookup(int map, byte[] key) {
        Json value = call("lookup", Map.of("map", map, "key", hex(key)));
        return value.isPresent() ? value.hex() : null;
    }

    @Override
    public void update(int map, byte[] key, byte[] value, long flags) {
        call("update", Map.of("map", map, "key", hex(key), "value", hex(value), "flags", flags));
    }

    @Override
    public void delete(int map, byte[] key) {
        call("delete", Map.of("map", map, "key", hex(key)));
    }

    @Override
    public List<MapEntry> entries(int map, byte @Nullable [] after, int limit) {
        Map<String, Object> arguments = new LinkedHashMap<>();
        arguments.put("map", map);
        arguments.put("limit", limit);
        if (after != null) {
            arguments.put("after", hex(after));
        }
        return call("entries", arguments).list().stream().map(MapEntry::parse).toList();
    }

    @Override
    public int openTrace(TraceFilter filter) {
        Json answer = call("trace_open", Map.of("filter", filter.json()));
        return (int) answer.number(1, Integer.MAX_VALUE);
    }

    @Override
    public TraceCounts readTrace(int trace) {
        return TraceCounts.parse(call("trace_read", Map.of("trace", trace)));
    }

    @Override
    public void closeTrace(int trace) {
        call("trace_close", Map.of("trace", trace));
    }

    @Override
    public void openPerf(int map, int bytesPerCpu) {
        call("perf_open", Map.of("map", map, "bytes", bytesPerCpu));
    }

    @Override
    public RecordBatch readRecords(int map, int atLeast) {
        return RecordBatch.parse(call("records", Map.of("map", map, "at_least", atLeast)));
    }

    @Override
    public int openCapture(CaptureRequest request) {
        return (int)
                call("capture_open", Map.of("capture", request.json()))
                        .number(1, Integer.MAX_VALUE);
    }

    @Override
    public void closeCapture(int map) {
        call("capture_close", Map.of("map", map));
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // The other side notices that we are gone all the same.
            lastId = 0;
        }
    }
}
