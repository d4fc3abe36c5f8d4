package io.xdp4j.programs.bridge;

/// One row of `fdb show`.
///
/// Thread: immutable.
/// Owns: nothing.
/// Fails: never.
/// Kernel: a row of `bridge fdb show`.
///
/// @param mac the address in the low 48 bits
/// @param vlan its VLAN, 0 on a switch that does not look at tags
/// @param port device name of the port it is behind
/// @param isStatic whether it was set and does not age
/// @param ageSeconds time since it last sent; 0 for a static entry
public record FdbEntry(long mac, int vlan, String port, boolean isStatic, int ageSeconds) {}
