package io.xdp4j.programs.bridge;

/// One address of a [MacTable], as a snapshot shows it.
///
/// Thread: immutable.
/// Owns: nothing.
/// Fails: never.
/// Kernel: `struct net_bridge_fdb_entry`.
///
/// @param mac the address in the low 48 bits
/// @param vlan its VLAN, 0 on a switch that does not look at tags
/// @param port the number of the port it is behind
/// @param isStatic whether it was set and does not age
/// @param ageSeconds time since it last sent; 0 for a static entry
public record MacEntry(long mac, int vlan, int port, boolean isStatic, int ageSeconds) {}
