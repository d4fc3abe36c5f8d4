package io.xdp4j.linux.netlink;

/// Something that happened to the devices or addresses of a network namespace.
///
/// - Kernel: messages of `RTNLGRP_LINK`, `RTNLGRP_IPV4_IFADDR` and `RTNLGRP_IPV6_IFADDR`.
public sealed interface NetlinkEvent {
    /// A device is new, or some of what the kernel tells of it may have changed.
    record LinkChanged(LinkInfo link) implements NetlinkEvent {}

    /// A device is gone: deleted, or moved to another namespace.
    record LinkRemoved(int ifindex, String name) implements NetlinkEvent {}

    /// A device has an address, new or with other attributes.
    record AddressChanged(AddressInfo address) implements NetlinkEvent {}

    /// A device has lost an address.
    record AddressRemoved(AddressInfo address) implements NetlinkEvent {}

    /// Events were lost because the receive buffer was full; dump all anew with [RtNetlink].
    record Overrun() implements NetlinkEvent {}
}
