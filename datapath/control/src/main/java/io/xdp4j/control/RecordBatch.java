package io.xdp4j.control;

import io.xdp4j.control.json.Json;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Records that a program sent to its user.
///
/// @param records oldest first; of a perf event array, worker by worker
/// @param lost records that found no room, since the array was opened
public record RecordBatch(List<Sent> records, long lost) {
    public RecordBatch {
        records = List.copyOf(records);
    }

    /// One record.
    ///
    /// @param cpu the worker it came from; -1 where the map does not tell
    @SuppressWarnings("ArrayRecordComponent") // nobody compares them
    public record Sent(int cpu, byte[] bytes) {}

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put(
                "records",
                records.stream()
                        .map(r -> List.<Object>of(r.cpu(), HexFormat.of().formatHex(r.bytes())))
                        .toList());
        json.put("lost", lost);
        return json;
    }

    static RecordBatch parse(Json json) {
        return new RecordBatch(
                json.at("records").list().stream().map(RecordBatch::sent).toList(),
                json.at("lost").number(0, Long.MAX_VALUE));
    }

    private static Sent sent(Json json) {
        List<Json> pair = json.list(2);
        return new Sent((int) pair.get(0).number(-1, 63), pair.get(1).hex());
    }
}
