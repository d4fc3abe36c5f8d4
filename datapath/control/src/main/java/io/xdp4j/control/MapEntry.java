package io.xdp4j.control;

import io.xdp4j.control.json.Json;
import java.util.HexFormat;
import java.util.List;

/// A key with its value.
@SuppressWarnings("ArrayRecordComponent") // nobody compares them
public record MapEntry(byte[] key, byte[] value) {
    Object json() {
        return List.of(HexFormat.of().formatHex(key), HexFormat.of().formatHex(value));
    }

    static MapEntry parse(Json json) {
        List<Json> pair = json.list(2);
        return new MapEntry(pair.get(0).hex(), pair.get(1).hex());
    }
}
