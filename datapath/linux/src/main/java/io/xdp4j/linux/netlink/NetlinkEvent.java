package io.xdp4j.linux.netlink;

/// Something that happened to the devices, addresses, routes or neighbours of a network namespace.
///
/// - Kernel: messages of the groups that [NetlinkMonitor] names.
public sealed interface NetlinkEvent {
    /// A device is new, or some of what the kernel tells of it may have changed.
    record LinkChanged(LinkInfo link) implements NetlinkEvent {}

    /// A device is gone: deleted, or moved to another namespace.
    record LinkRemoved(int ifindex, String name) implements NetlinkEvent {}

    /// A device has an address, new or with other attributes.
    record AddressChanged(AddressInfo address) implements NetlinkEvent {}

    /// A device has lost an address.
    record AddressRemoved(AddressInfo address) implements NetlinkEvent {}

    /// A route is new or replaced.
    record RouteChanged(RouteInfo route) implements NetlinkEvent {}

    /// A route is gone. What an interface takes with it when it goes down is not told for IPv4.
    record RouteRemoved(RouteInfo route) implements NetlinkEvent {}

    /// A neighbour is new, or its state or link address has changed.
    record NeighbourChanged(NeighbourInfo neighbour) implements NetlinkEvent {}

    /// A neighbour is gone.
    record NeighbourRemoved(NeighbourInfo neighbour) implements NetlinkEvent {}

    /// A device forwards packets, or does so no more.
    record ForwardingChanged(ForwardingInfo forwarding) implements NetlinkEvent {}

    /// Events were lost because the receive buffer was full; dump all anew with [RtNetlink].
    record Overrun() implements NetlinkEvent {}
}
