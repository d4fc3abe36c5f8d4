package io.xdp4j.linux.device;

/// Which driver a device has.
///
/// - Kernel: `struct ethtool_drvinfo`; `ethtool -i`.
///
/// @param driver name, such as `veth`, `tun` or `ixgbe`
/// @param version of the driver; empty when it tells none
/// @param firmwareVersion empty when there is none
/// @param busInfo bus address, such as `0000:03:00.0`; empty for a software device
public record DriverInfo(String driver, String version, String firmwareVersion, String busInfo) {}
