package io.xdp4j.linux.netlink;

import java.net.InetAddress;

/// An IP address of a device.
///
/// - Thread: any; immutable.
/// - Kernel: `struct ifaddrmsg` with `IFA_*` attributes.
///
/// @param ifindex the device
/// @param address of this machine
/// @param prefixLength bits of the network: 0..32 or 0..128
/// @param scope 0 global, 253 link, 254 host
/// @param flags bits `IFA_F_*`
public record AddressInfo(
        int ifindex, InetAddress address, int prefixLength, int scope, int flags) {}
