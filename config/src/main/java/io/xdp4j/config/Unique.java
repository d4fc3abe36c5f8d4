package io.xdp4j.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// Reads lists in which nothing may stand twice.
final class Unique {
    private Unique() {}

    /// The values of the nodes, in their order.
    static <T> List<T> items(List<ConfigNode> nodes, Function<ConfigNode, T> reader) {
        Map<T, ConfigNode> seen = new LinkedHashMap<>();
        for (ConfigNode node : nodes) {
            add(seen, reader.apply(node), node);
        }
        return List.copyOf(seen.keySet());
    }

    /// Adds what one node says; refuses what another node said before.
    static <T> void add(Map<T, ConfigNode> seen, T value, ConfigNode node) {
        ConfigNode first = seen.putIfAbsent(value, node);
        if (first != null) {
            String found = node.shown() + ": already in line " + first.at().line();
            throw node.at().unexpected(found, "each value once");
        }
    }
}
