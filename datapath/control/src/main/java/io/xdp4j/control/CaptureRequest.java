package io.xdp4j.control;

import io.xdp4j.control.json.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Which packets of a device are to be captured.
///
/// @param ifindex the device
/// @param programs ids of the programs of a chain that they are captured at; 0 for all as one
/// @param entry as they come to its program
/// @param exit as the program leaves them, with its verdict
/// @param snapLength bytes of a packet at most
/// @param bytesPerCpu room for packets that nobody has read yet, a power of two
public record CaptureRequest(
        int ifindex,
        List<Integer> programs,
        boolean entry,
        boolean exit,
        int snapLength,
        int bytesPerCpu) {
    public CaptureRequest {
        programs = List.copyOf(programs);
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("ifindex", ifindex);
        json.put("programs", programs);
        json.put("entry", entry);
        json.put("exit", exit);
        json.put("snap_length", snapLength);
        json.put("bytes", bytesPerCpu);
        return json;
    }

    static CaptureRequest parse(Json json) {
        return new CaptureRequest(
                (int) json.at("ifindex").number(1, Integer.MAX_VALUE),
                json.at("programs").list().stream()
                        .map(id -> (int) id.number(0, Integer.MAX_VALUE))
                        .toList(),
                json.at("entry").flag(true),
                json.at("exit").flag(false),
                (int) json.at("snap_length").number(1, Integer.MAX_VALUE),
                (int) json.at("bytes").number(1, Integer.MAX_VALUE));
    }
}
