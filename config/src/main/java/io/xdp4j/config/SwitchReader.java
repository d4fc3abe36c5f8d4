package io.xdp4j.config;

import io.xdp4j.config.SwitchSpec.Direction;
import io.xdp4j.config.SwitchSpec.MacTable;
import io.xdp4j.config.SwitchSpec.Mirror;
import io.xdp4j.programs.bridge.StormLimit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Reads one switch.
final class SwitchReader {
    private static final List<String> KEYS =
            List.of("name", "ports", "mac-table", "static", "storm-limit", "mirror");
    private static final List<String> TABLE_KEYS = List.of("max-entries", "ageing");
    private static final List<String> MIRROR_KEYS = List.of("from", "to", "direction");
    private static final int MAX_PORTS = 256;
    private static final int MAX_STATIC = 1024;
    private static final int MAX_MIRRORS = 64;
    private static final MacTable DEFAULT_TABLE = new MacTable(131072, Duration.ofMinutes(5));

    private final Names names;

    SwitchReader(Names names) {
        this.names = names;
    }

    SwitchSpec read(ConfigNode node) {
        ConfigMapping self = node.mapping("a mapping with ports").allow("a switch", KEYS);
        String name =
                self.has("name")
                        ? names.switches.define(self.node("name"))
                        : names.switches.defineDefault("br0", self.at());
        StormLimit limit =
                self.get(
                        "storm-limit",
                        n -> StormLimitReader.read(n, StormLimit.UNLIMITED),
                        StormLimit.UNLIMITED);
        SwitchPorts ports = ports(self.node("ports"), name, limit);
        return new SwitchSpec(
                name,
                ports.vlanFiltering(),
                ports.specs(),
                self.get("mac-table", SwitchReader::macTable, DEFAULT_TABLE),
                self.get("static", n -> StaticEntryReader.readAll(n, MAX_STATIC, ports), List.of()),
                self.get("mirror", n -> mirrors(n, ports), List.of()),
                self.at());
    }

    private SwitchPorts ports(ConfigNode node, String name, StormLimit limit) {
        List<ConfigNode> items = node.items(2, MAX_PORTS, "ports");
        boolean vlanFiltering = items.stream().anyMatch(SwitchPortReader::hasVlan);
        SwitchPortReader reader =
                new SwitchPortReader(names, "switch '" + name + "'", vlanFiltering, limit);
        return new SwitchPorts(vlanFiltering, items.stream().map(reader::read).toList());
    }

    private static MacTable macTable(ConfigNode node) {
        ConfigMapping table =
                node.mapping("a mapping with max-entries, ageing").allow("a mac-table", TABLE_KEYS);
        return new MacTable(
                table.get("max-entries", n -> n.integer(16, 1 << 20), DEFAULT_TABLE.maxEntries()),
                table.get(
                        "ageing",
                        n -> n.duration(Duration.ofSeconds(1), Duration.ofDays(7)),
                        DEFAULT_TABLE.ageing()));
    }

    private static List<Mirror> mirrors(ConfigNode node, SwitchPorts ports) {
        List<Mirror> mirrors = new ArrayList<>();
        for (ConfigNode item : node.items(0, MAX_MIRRORS, "mirrors")) {
            mirrors.add(mirror(item, ports));
        }
        return mirrors;
    }

    private static Mirror mirror(ConfigNode node, SwitchPorts ports) {
        ConfigMapping mirror =
                node.mapping("a mapping with from and to").allow("a mirror", MIRROR_KEYS);
        List<String> from =
                Unique.items(
                        mirror.node("from").items(1, MAX_PORTS, "ports"),
                        n -> ports.resolve(n).device());
        String to = ports.resolve(mirror.node("to")).device();
        if (from.contains(to)) {
            throw mirror.node("to").unexpected("a port that is not in from");
        }
        return new Mirror(
                from,
                to,
                mirror.get("direction", n -> n.keyword(Direction.values()), Direction.BOTH));
    }
}
