package io.xdp4j.core.bpf;

import io.xdp4j.core.device.NetDevice;
import io.xdp4j.ebpf.vm.IpPrefix;
import io.xdp4j.ebpf.vm.World;
import io.xdp4j.linux.netlink.AddressInfo;
import io.xdp4j.linux.netlink.ForwardingInfo;
import io.xdp4j.linux.netlink.LinkInfo;
import io.xdp4j.linux.netlink.NeighbourInfo;
import io.xdp4j.linux.netlink.RouteInfo;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// A host's interfaces, routes and neighbours at one time.
///
/// Interfaces that devices of the datapath drive have the device's number in it: the interface may
/// go and come back under another one.
///
/// Thread: any; immutable.
final class HostPicture {
    static final HostPicture NONE =
            new HostPicture(List.of(), List.of(), List.of(), List.of(), List.of(), Map.of());

    private static final int LOWEST_VALID_MTU = 68;

    private final List<RouteInfo> routes;
    private final List<NeighbourInfo> neighbours;
    private final Map<Integer, Integer> deviceNumbers = new HashMap<>();
    private final Map<Integer, World.Interface> interfaces = new HashMap<>();

    /// @param drivenNames names of interfaces that devices drive, with the devices' numbers
    HostPicture(
            List<LinkInfo> links,
            List<AddressInfo> addresses,
            List<ForwardingInfo> forwarding,
            List<RouteInfo> routes,
            List<NeighbourInfo> neighbours,
            Map<String, Integer> drivenNames) {
        this.routes = List.copyOf(routes);
        this.neighbours = List.copyOf(neighbours);
        Set<ForwardingInfo> settings = Set.copyOf(forwarding);
        for (LinkInfo link : links) {
            Integer driven = drivenNames.get(link.name());
            int number = driven == null ? link.ifindex() : driven;
            deviceNumbers.put(link.ifindex(), number);
            interfaces.put(number, of(link, number, addresses, settings));
        }
    }

    private static World.Interface of(
            LinkInfo link, int number, List<AddressInfo> addresses, Set<ForwardingInfo> settings) {
        return new World.Interface(
                number,
                link.name(),
                link.address().value(),
                Math.max(link.mtuBytes(), LOWEST_VALID_MTU),
                link.isUp(),
                addresses.stream()
                        .filter(address -> address.ifindex() == link.ifindex())
                        .map(address -> prefix(address.address(), address.prefixLength()))
                        .toList(),
                settings.contains(new ForwardingInfo(false, link.ifindex(), true)),
                settings.contains(new ForwardingInfo(true, link.ifindex(), true)));
    }

    /// The interface that a device drives, or null.
    World.@Nullable Interface behind(NetDevice device) {
        return device.isReal() ? interfaces.get(device.ifindex()) : null;
    }

    /// The host's number of the interface that is known by a number here, or 0.
    int hostIfindex(int number) {
        for (Map.Entry<Integer, Integer> entry : deviceNumbers.entrySet()) {
            if (entry.getValue() == number) {
                return entry.getKey();
            }
        }
        return 0;
    }

    /// Adds the interfaces that no device drives, all routes and all neighbours.
    void addTo(
            World.Builder builder,
            List<NetDevice> devices,
            UnaryOperator<World.Interface> forwarding) {
        Set<Integer> numbers = new HashSet<>();
        Set<String> names = new HashSet<>();
        for (NetDevice device : devices) {
            numbers.add(device.ifindex());
            names.add(device.name());
        }
        for (World.Interface each : interfaces.values()) {
            if (!numbers.contains(each.ifindex()) && names.add(each.name())) {
                builder.add(forwarding.apply(each), List.of());
            }
        }
        routes.stream().filter(route -> !route.dead()).forEach(route -> builder.add(route(route)));
        for (NeighbourInfo neighbour : neighbours) {
            if (neighbour.isValid()) {
                builder.add(neighbour(neighbour));
            }
        }
    }

    private World.Neighbour neighbour(NeighbourInfo neighbour) {
        return new World.Neighbour(
                prefix(neighbour.address()),
                neighbour.linkAddress().value(),
                number(neighbour.ifindex()));
    }

    private World.Route route(RouteInfo route) {
        boolean v6 = route.destination().getAddress().length != 4;
        InetAddress gateway = route.gateway();
        InetAddress source = route.source();
        return new World.Route(
                route.table(),
                prefix(route.destination(), route.prefixLength()),
                kind(route),
                gateway == null ? null : prefix(gateway),
                number(route.ifindex()),
                route.priority(),
                source == null ? null : prefix(source),
                // IPv4 forwards by the interface's MTU unless the route's is locked.
                v6 || route.mtuLocked() ? route.mtuBytes() : 0);
    }

    private int number(int hostIfindex) {
        return deviceNumbers.getOrDefault(hostIfindex, hostIfindex);
    }

    private static World.Kind kind(RouteInfo route) {
        return switch (route.type()) {
            case RouteInfo.RTN_UNICAST ->
                    route.encapsulated() ? World.Kind.ENCAP : World.Kind.UNICAST;
            case RouteInfo.RTN_BROADCAST -> World.Kind.BROADCAST;
            case RouteInfo.RTN_BLACKHOLE -> World.Kind.BLACKHOLE;
            case RouteInfo.RTN_UNREACHABLE -> World.Kind.UNREACHABLE;
            case RouteInfo.RTN_PROHIBIT -> World.Kind.PROHIBIT;
            case RouteInfo.RTN_THROW -> World.Kind.THROW;
            // Own, anycast and multicast addresses: nothing that is forwarded.
            default -> World.Kind.LOCAL;
        };
    }

    private static IpPrefix prefix(InetAddress address) {
        return prefix(address, 8 * address.getAddress().length);
    }

    private static IpPrefix prefix(InetAddress address, int length) {
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        return bytes.capacity() == 4
                ? new IpPrefix(false, 0, bytes.getInt() & 0xffff_ffffL, length)
                : new IpPrefix(true, bytes.getLong(0), bytes.getLong(8), length);
    }
}
