package io.xdp4j.programs.bridge;

import org.jspecify.annotations.Nullable;

/// A device as a port of a switch.
///
/// Thread: immutable.
/// Owns: nothing.
/// Fails: never.
/// Kernel: `struct net_bridge_port`.
///
/// @param device the device's name, which also names the port
/// @param vlan the VLANs of the port
/// @param stormLimit the port's own limits; null for the switch's
public record SwitchPortSpec(String device, PortVlan vlan, @Nullable StormLimit stormLimit) {

    /// A port of a switch that does not look at tags.
    public static SwitchPortSpec plain(String device) {
        return new SwitchPortSpec(device, new PortVlan.Plain(), null);
    }

    /// An untagged port of one VLAN.
    public static SwitchPortSpec access(String device, int pvid) {
        return new SwitchPortSpec(device, new PortVlan.Access(pvid), null);
    }

    /// A tagged port without a native VLAN.
    public static SwitchPortSpec trunk(String device, VlanSet allowed) {
        return trunk(device, allowed, PortVlan.Trunk.NO_NATIVE);
    }

    /// A tagged port with a native VLAN.
    public static SwitchPortSpec trunk(String device, VlanSet allowed, int nativeVlan) {
        return new SwitchPortSpec(device, new PortVlan.Trunk(allowed, nativeVlan), null);
    }

    /// The same port with limits of its own.
    public SwitchPortSpec withStormLimit(StormLimit limit) {
        return new SwitchPortSpec(device, vlan, limit);
    }

    boolean isPlain() {
        return vlan instanceof PortVlan.Plain;
    }
}
