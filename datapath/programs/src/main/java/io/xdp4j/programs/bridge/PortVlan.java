package io.xdp4j.programs.bridge;

/// The VLANs of a switch port. All ports of a switch are [Plain], or none is.
///
/// Only 0x8100 is a tag for the switch. A frame whose EtherType is 0x88a8 counts as untagged, and
/// its service tag travels as payload.
///
/// Thread: immutable.
/// Owns: nothing.
/// Fails: [IllegalArgumentException] for a VLAN out of range.
/// Kernel: `struct net_bridge_vlan`, with `vlan_filtering`.
public sealed interface PortVlan {

    /// The switch does not look at tags: frames pass as they came.
    record Plain() implements PortVlan {}

    /// Frames come and go untagged and belong to one VLAN.
    ///
    /// A frame with VLAN id 0 (priority tag) counts as untagged, and one tagged with the port's own
    /// VLAN is taken too, as a Linux bridge does; any other tag is refused.
    ///
    /// @param pvid the VLAN
    record Access(int pvid) implements PortVlan {
        public Access {
            VlanSet.checkId(pvid);
        }
    }

    /// Frames come and go tagged, but for those of the native VLAN.
    ///
    /// @param allowed the VLANs; the native one is allowed in any case
    /// @param nativeVlan the VLAN of untagged frames, sent untagged too; [#NO_NATIVE] refuses them
    record Trunk(VlanSet allowed, int nativeVlan) implements PortVlan {
        /// Untagged frames are refused.
        public static final int NO_NATIVE = 0;

        public Trunk {
            if (nativeVlan != NO_NATIVE) {
                VlanSet.checkId(nativeVlan);
            }
        }
    }
}
