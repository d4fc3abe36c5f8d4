package io.xdp4j.control;

import io.xdp4j.control.json.Json;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Turns requests of a client into calls, and what they return into JSON.
///
/// Thread: one at a time.
/// Fails: [ControlException], and [io.xdp4j.control.json.JsonException] for a malformed request.
final class Requests {
    private final DatapathControl control;

    Requests(DatapathControl control) {
        this.control = control;
    }

    @Nullable Object handle(Json request) {
        request.at("v").number(Protocol.VERSION, Protocol.VERSION);
        Json op = request.at("op");
        return switch (op.text()) {
            case "info" -> control.info().json();
            case "devices" -> control.devices().stream().map(DeviceInfo::json).toList();
            case "snapshot" -> SnapshotJson.properties(control.snapshot());
            case "load" -> control.load(ObjectRequest.parse(request.at("object"))).json();
            case "unload" -> {
                control.unload(id(request, "object"));
                yield true;
            }
            case "objects" -> control.objects().stream().map(ObjectInfo::json).toList();
            case "attach" -> control.attach(AttachRequest.parse(request.at("attach"))).json();
            case "detach" ->
                    control.detach(
                            id(request, "ifindex"),
                            request.at("program").number(0, Integer.MAX_VALUE, 0));
            case "maps" -> control.maps().stream().map(MapInfo::json).toList();
            case "lookup", "update", "delete", "entries" -> mapOperation(op.text(), request);
            case "trace_open" -> control.openTrace(TraceFilter.parse(request.at("filter")));
            case "trace_read" -> control.readTrace(id(request, "trace")).json();
            case "trace_close" -> {
                control.closeTrace(id(request, "trace"));
                yield true;
            }
            case "perf_open" -> {
                control.openPerf(
                        id(request, "map"), (int) request.at("bytes").number(1, Integer.MAX_VALUE));
                yield true;
            }
            case "capture_open" -> control.openCapture(CaptureRequest.parse(request.at("capture")));
            case "capture_close" -> {
                control.closeCapture(id(request, "map"));
                yield true;
            }
            case "records" ->
                    control.readRecords(
                                    id(request, "map"),
                                    request.at("at_least").number(0, Integer.MAX_VALUE, 1))
                            .json();
            default -> throw op.unexpected("an operation of this version");
        };
    }

    private @Nullable Object mapOperation(String op, Json request) {
        int map = id(request, "map");
        Json key = request.at("key");
        return switch (op) {
            case "lookup" -> {
                byte[] value = control.lookup(map, key.hex());
                yield value == null ? null : HexFormat.of().formatHex(value);
            }
            case "update" -> {
                long flags = request.at("flags").number(0, Integer.MAX_VALUE, 0);
                control.update(map, key.hex(), request.at("value").hex(), flags);
                yield true;
            }
            case "delete" -> {
                control.delete(map, key.hex());
                yield true;
            }
            default -> entries(map, request);
        };
    }

    private List<Object> entries(int map, Json request) {
        Json after = request.at("after");
        return control
                .entries(
                        map,
                        after.isPresent() ? after.hex() : null,
                        (int) request.at("limit").number(1, Integer.MAX_VALUE))
                .stream()
                .map(MapEntry::json)
                .toList();
    }

    private static int id(Json request, String name) {
        return (int) request.at(name).number(1, Integer.MAX_VALUE);
    }
}
