package io.xdp4j.linux.netlink;

/// Whether a device forwards packets of a family.
///
/// - Thread: any; immutable.
/// - Kernel: `struct netconfmsg` with `NETCONFA_FORWARDING`; the sysctls
///   `net.ipv4.conf.*.forwarding` and `net.ipv6.conf.*.forwarding`.
///
/// @param isV6 false for IPv4
/// @param ifindex the device; [#ALL] and [#DEFAULT] for the settings of those names
public record ForwardingInfo(boolean isV6, int ifindex, boolean forwards) {
    public static final int ALL = -1;
    public static final int DEFAULT = -2;
}
