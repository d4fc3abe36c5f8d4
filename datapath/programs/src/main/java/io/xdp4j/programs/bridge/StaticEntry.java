package io.xdp4j.programs.bridge;

/// An address that lives behind a known port; it neither ages nor moves.
///
/// Thread: immutable.
/// Owns: nothing.
/// Fails: [IllegalArgumentException] for an address that no station can have, or a VLAN out of
/// range.
/// Kernel: `bridge fdb add ... static`.
///
/// @param mac the address in the low 48 bits
/// @param port the port's device name
/// @param vlan the VLAN it counts for; 0 on a switch that does not look at tags
public record StaticEntry(long mac, String port, int vlan) {
    public StaticEntry {
        if (!MacTable.isStation(mac)) {
            throw new IllegalArgumentException(
                    "mac: 0x" + Long.toHexString(mac) + " (expected: a unicast address)");
        }
        if (vlan != 0) {
            VlanSet.checkId(vlan);
        }
    }
}
