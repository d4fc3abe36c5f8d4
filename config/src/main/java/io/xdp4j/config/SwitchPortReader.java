package io.xdp4j.config;

import io.xdp4j.config.SwitchPortSpec.Access;
import io.xdp4j.config.SwitchPortSpec.Transparent;
import io.xdp4j.config.SwitchPortSpec.Trunk;
import io.xdp4j.config.SwitchPortSpec.Vlan;
import io.xdp4j.programs.bridge.StormLimit;
import io.xdp4j.programs.bridge.VlanSet;
import java.util.List;

/// Reads one port of a switch, which is the name of a device or a mapping.
final class SwitchPortReader {
    private static final List<String> KEYS = List.of("device", "vlan", "storm-limit");
    private static final List<String> ACCESS_KEYS = List.of("mode", "pvid");
    private static final List<String> TRUNK_KEYS = List.of("mode", "allowed", "native");
    private static final List<String> ALL_VLAN_KEYS = List.of("mode", "pvid", "allowed", "native");
    private static final int DEFAULT_PVID = 1;

    private final Names names;
    private final String use;
    private final Vlan absentVlan;
    private final StormLimit limit;

    /// @param use the switch, as messages name it
    /// @param vlanFiltering whether any port of the switch has VLANs
    /// @param limit the switch's limits
    SwitchPortReader(Names names, String use, boolean vlanFiltering, StormLimit limit) {
        this.names = names;
        this.use = use;
        this.absentVlan = vlanFiltering ? new Access(DEFAULT_PVID) : new Transparent();
        this.limit = limit;
    }

    static boolean hasVlan(ConfigNode node) {
        return node.isMapping() && node.mapping("a mapping").has("vlan");
    }

    SwitchPortSpec read(ConfigNode node) {
        if (!node.isMapping()) {
            if (!node.isText()) {
                throw node.unexpected("name of a device, or a mapping with device");
            }
            return new SwitchPortSpec(names.claimDevice(node, use), absentVlan, limit, node.at());
        }
        ConfigMapping port = node.mapping("a mapping").allow("a port", KEYS);
        return new SwitchPortSpec(
                names.claimDevice(port.node("device"), use),
                port.get("vlan", SwitchPortReader::vlan, absentVlan),
                port.get("storm-limit", n -> StormLimitReader.read(n, limit), limit),
                port.at());
    }

    private static Vlan vlan(ConfigNode node) {
        ConfigMapping vlan = node.mapping("a mapping with mode");
        if (!vlan.has("mode")) {
            vlan.allow("a vlan", ALL_VLAN_KEYS);
        }
        if (vlan.node("mode").oneOf(List.of("access", "trunk")).equals("access")) {
            vlan.allow("a vlan with mode access", ACCESS_KEYS);
            return new Access(vlan.get("pvid", VlanReader::id, DEFAULT_PVID));
        }
        vlan.allow("a vlan with mode trunk", TRUNK_KEYS);
        VlanSet allowed = vlan.get("allowed", VlanReader::set, VlanReader.ALL);
        Integer nativeVlan = vlan.get("native", VlanReader::id, null);
        return nativeVlan == null
                ? new Trunk(allowed, null)
                : new Trunk(allowed.union(VlanSet.ofRange(nativeVlan, nativeVlan)), nativeVlan);
    }
}
