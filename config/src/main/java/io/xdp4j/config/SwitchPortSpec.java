package io.xdp4j.config;

import io.xdp4j.programs.bridge.StormLimit;
import io.xdp4j.programs.bridge.VlanSet;
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
/// @param stormLimit the port's own limits, with the switch's where it has none
/// @param at where it was written
public record SwitchPortSpec(String device, Vlan vlan, StormLimit stormLimit, SourceLocation at) {

    /// The VLANs of a port.
    public sealed interface Vlan permits Transparent, Access, Trunk {}

    /// The switch does not look at tags: they pass as they came. All ports are, or none.
    public record Transparent() implements Vlan {}

    /// Frames come and go untagged and belong to one VLAN.
    ///
    /// @param pvid the VLAN
    public record Access(int pvid) implements Vlan {}

    /// Frames come and go tagged, but for those of the native VLAN.
    ///
    /// @param allowed the VLANs, the native one included
    /// @param nativeVlan the VLAN of untagged frames; null drops them
    public record Trunk(VlanSet allowed, @Nullable Integer nativeVlan) implements Vlan {}

    /// Whether frames of a VLAN may pass; always true when the switch does not filter.
    public boolean isMember(int vlanId) {
        return switch (vlan) {
            case Transparent transparent -> true;
            case Access access -> access.pvid() == vlanId;
            case Trunk trunk -> trunk.allowed().contains(vlanId);
        };
    }
}
