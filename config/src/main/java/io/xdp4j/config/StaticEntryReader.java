package io.xdp4j.config;

import io.xdp4j.config.SwitchPortSpec.Access;
import io.xdp4j.config.SwitchPortSpec.Transparent;
import io.xdp4j.config.SwitchPortSpec.Trunk;
import io.xdp4j.config.SwitchSpec.StaticEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Reads the `static` addresses of a switch.
final class StaticEntryReader {
    private static final List<String> KEYS = List.of("mac", "port", "vlan");

    private StaticEntryReader() {}

    static List<StaticEntry> readAll(ConfigNode node, int max, SwitchPorts ports) {
        Map<String, ConfigNode> seen = new HashMap<>();
        List<StaticEntry> entries = new ArrayList<>();
        for (ConfigNode item : node.items(0, max, "entries")) {
            ConfigMapping self =
                    item.mapping("a mapping with mac and port").allow("a static entry", KEYS);
            StaticEntry entry = read(self, ports);
            String key = entry.vlan() == 0 ? "" : " in VLAN " + entry.vlan();
            Unique.add(seen, entry.mac() + key, self.node("mac"));
            entries.add(entry);
        }
        return entries;
    }

    private static StaticEntry read(ConfigMapping self, SwitchPorts ports) {
        MacAddress mac = self.node("mac").unicastMac();
        SwitchPortSpec port = ports.resolve(self.node("port"));
        return new StaticEntry(mac, port.device(), vlan(self, port));
    }

    private static int vlan(ConfigMapping self, SwitchPortSpec port) {
        ConfigNode node = self.node("vlan");
        if (!self.has("vlan")) {
            return untaggedVlan(node, port);
        }
        int vlan = VlanReader.id(node);
        if (port.vlan() instanceof Transparent) {
            throw node.unexpected("no vlan: no port of this switch has one");
        }
        if (!port.isMember(vlan)) {
            throw node.unexpected("a VLAN of port " + port.device() + ": " + vlans(port));
        }
        return vlan;
    }

    private static int untaggedVlan(ConfigNode absent, SwitchPortSpec port) {
        return switch (port.vlan()) {
            case Transparent transparent -> 0;
            case Access access -> access.pvid();
            case Trunk trunk -> {
                Integer id = trunk.nativeVlan();
                if (id == null) {
                    throw absent.unexpected("a VLAN of port " + port.device() + ": " + vlans(port));
                }
                yield id;
            }
        };
    }

    private static String vlans(SwitchPortSpec port) {
        return switch (port.vlan()) {
            case Transparent transparent -> "any";
            case Access access -> String.valueOf(access.pvid());
            case Trunk trunk -> Excerpt.of(trunk.allowed().toString());
        };
    }
}
