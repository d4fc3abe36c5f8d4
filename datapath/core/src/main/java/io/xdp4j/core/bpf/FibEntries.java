package io.xdp4j.core.bpf;

import io.xdp4j.ebpf.vm.IpPrefix;
import io.xdp4j.ebpf.vm.World;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a datapath's FIB holds besides what the host has: addresses, routes and neighbours of its
/// devices.
///
/// Thread: any; immutable.
/// Owns: nothing.
/// Fails: never; names of devices that are not there are left out of the FIB.
/// Kernel: what `ip address`, `ip route` and `ip neighbour` add.
///
/// @param forwardsIpv4 overrides the host's setting on every device; without either: no
/// @param forwardsIpv6 the same for IPv6
public record FibEntries(
        Optional<Boolean> forwardsIpv4,
        Optional<Boolean> forwardsIpv6,
        List<Address> addresses,
        List<Route> routes,
        List<Neighbour> neighbours) {
    /// Nothing.
    public static final FibEntries NONE =
            new FibEntries(Optional.empty(), Optional.empty(), List.of(), List.of(), List.of());

    public FibEntries {
        addresses = List.copyOf(addresses);
        routes = List.copyOf(routes);
        neighbours = List.copyOf(neighbours);
    }

    /// An address of a device, with the prefix of its network.
    public record Address(String device, IpPrefix address) {}

    /// A route of the main table.
    ///
    /// @param via the gateway, or null for destinations on the link
    /// @param device empty for kinds that leave by none
    public record Route(
            IpPrefix destination,
            World.Kind kind,
            @Nullable IpPrefix via,
            String device,
            int metric) {}

    /// A neighbour's link address: six bytes, the first the most significant of 48 bits.
    public record Neighbour(String device, IpPrefix address, long mac) {}
}
