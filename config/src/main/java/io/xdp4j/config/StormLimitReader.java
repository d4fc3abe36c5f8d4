package io.xdp4j.config;

import io.xdp4j.programs.bridge.StormLimit;
import java.util.List;

/// Reads the `storm-limit` of a switch or of a port.
final class StormLimitReader {
    private static final List<String> KEYS = List.of("broadcast", "multicast", "unknown-unicast");
    private static final long MAX_RATE = 1_000_000_000;

    private StormLimitReader() {}

    /// @param inherited the limits for absent keys
    static StormLimit read(ConfigNode node, StormLimit inherited) {
        ConfigMapping limit =
                node.mapping("a mapping with " + String.join(", ", KEYS))
                        .allow("a storm-limit", KEYS);
        return new StormLimit(
                limit.get("broadcast", StormLimitReader::rate, inherited.broadcast()),
                limit.get("multicast", StormLimitReader::rate, inherited.multicast()),
                limit.get("unknown-unicast", StormLimitReader::rate, inherited.unknownUnicast()));
    }

    private static long rate(ConfigNode node) {
        if (node.isWord("none")) {
            return StormLimit.NONE;
        }
        return node.integer(1, MAX_RATE, "integer 1.." + MAX_RATE + " or none");
    }
}
