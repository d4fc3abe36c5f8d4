package io.xdp4j.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/// A mapping of the document: each key once, each key known.
final class ConfigMapping {
    private final ConfigNode self;
    private final Map<String, ConfigNode> values = new LinkedHashMap<>();

    ConfigMapping(ConfigNode self, MappingNode mapping) {
        this.self = self;
        mapping.getValue().forEach(this::add);
    }

    private void add(NodeTuple tuple) {
        int line = ConfigNode.line(tuple.getKeyNode());
        if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
            throw new IllegalStateException("the parser let a key pass that is no scalar");
        }
        ConfigNode value = self.child(tuple.getValueNode(), key.getValue(), line);
        ConfigNode first = values.putIfAbsent(key.getValue(), value);
        if (first != null) {
            String found = "duplicate key, first in line " + first.at().line();
            throw value.at().unexpected(found, "each key once");
        }
    }

    SourceLocation at() {
        return self.at();
    }

    /// The keys, in the order of the document.
    Set<String> keys() {
        return Collections.unmodifiableSet(values.keySet());
    }

    boolean has(String key) {
        return values.containsKey(key);
    }

    /// The value of a key; of an absent key a node that refuses everything as missing.
    ConfigNode node(String key) {
        ConfigNode value = values.get(key);
        return value == null ? self.child(null, key, at().line()) : value;
    }

    /// The value as the reader makes it, or the default where the key is absent.
    <T extends @Nullable Object> T get(String key, Function<ConfigNode, T> reader, T absent) {
        ConfigNode value = values.get(key);
        return value == null ? absent : reader.apply(value);
    }

    /// Refuses every other key.
    ///
    /// @param kind what the mapping describes, with its article
    ConfigMapping allow(String kind, List<String> known) {
        for (Map.Entry<String, ConfigNode> entry : values.entrySet()) {
            if (!known.contains(entry.getKey())) {
                String found = "unknown key of " + kind + Spelling.hint(entry.getKey(), known);
                throw entry.getValue().at().unexpected(found, "one of " + String.join(", ", known));
            }
        }
        return this;
    }

    /// Refuses two keys together that say the same thing.
    void refuseBoth(String one, String other) {
        if (has(one) && has(other)) {
            throw node(other).at().unexpected("stands beside '" + one + "'", "one of the two");
        }
    }
}
