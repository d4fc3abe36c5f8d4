package io.xdp4j.conformance.veth;

import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Counters and delivered bytes of the four devices.
///
/// @param ethtool the names and values of `ethtool -S`, in order; `peer_ifindex` is 1 where it is
///   the peer's
/// @param link packets, bytes and drops of `ip -s link`
/// @param delivered the frames that each device's host side received, in order
record Outcome(
        Map<String, Map<String, Long>> ethtool,
        Map<String, Map<String, Long>> link,
        Map<String, List<String>> delivered) {

    static String hex(byte[] frame) {
        return frame.length + ":" + HexFormat.of().formatHex(frame);
    }

    /// As lines, so that a difference can be read.
    List<String> lines() {
        Map<String, String> lines = new TreeMap<>();
        ethtool.forEach((device, counters) -> {
            lines.put(device + " ethtool names", String.join(" ", counters.keySet()));
            counters.forEach((name, value) -> lines.put(device + " " + name, value.toString()));
        });
        link.forEach((device, counters) ->
                counters.forEach(
                        (name, value) -> lines.put(device + " link " + name, value.toString())));
        delivered.forEach((device, frames) -> {
            lines.put(device + " delivered", frames.size() + " frames");
            for (int i = 0; i < frames.size(); i++) {
                lines.put(device + " frame %04d".formatted(i), frames.get(i));
            }
        });
        return lines.entrySet().stream()
                .map(line -> line.getKey() + " = " + line.getValue())
                .toList();
    }

    long ethtool(String device, String name) {
        return ethtool.getOrDefault(device, Map.of()).getOrDefault(name, 0L);
    }
}
