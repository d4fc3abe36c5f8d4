package io.xdp4j.ebpf.vm;

import io.xdp4j.ebpf.HotPath;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The network around programs: interfaces, routes, neighbours, forwarding switches.
///
/// A picture at one time; whoever follows the host's network puts a new one into the runtime.
///
/// Thread: any; immutable.
/// Kernel: what `bpf_fib_lookup` and `bpf_check_mtu` read of a network namespace.
public final class World {
    /// Table of the routes that `ip route` shows.
    public static final int TABLE_MAIN = 254;

    /// Table that is looked up after the main one.
    public static final int TABLE_DEFAULT = 253;

    /// Table of own and broadcast addresses.
    public static final int TABLE_LOCAL = 255;

    /// `lo` as interface 1, a veth pair `v2` and `v3` that is down, nothing forwarded.
    public static final World DEFAULT =
            new Builder()
                    .add(new Interface(1, "lo", 0, 65_536, true, List.of(), false, false))
                    .add(new Interface(2, "v2", 0, 1_500, false, List.of(), false, false))
                    .add(new Interface(3, "v3", 0, 1_500, false, List.of(), false, false))
                    .build();

    /// A network interface.
    ///
    /// @param mac six bytes, the first the most significant of 48 bits
    /// @param addresses with the prefix of their network
    public record Interface(
            int ifindex,
            String name,
            long mac,
            int mtu,
            boolean isUp,
            List<IpPrefix> addresses,
            boolean forwardsIpv4,
            boolean forwardsIpv6) {
        public Interface {
            addresses = List.copyOf(addresses);
        }

        /// Bytes of the link header: 14.
        public int headerBytes() {
            return 14;
        }
    }

    /// What becomes of a packet on a route.
    public enum Kind {
        UNICAST,
        /// Leaves in a lightweight tunnel.
        ENCAP,
        LOCAL,
        BROADCAST,
        BLACKHOLE,
        UNREACHABLE,
        PROHIBIT,
        /// Ends the lookup in its table as if nothing matched.
        THROW;

        /// True when packets leave by an interface.
        boolean leaves() {
            return this == UNICAST || this == ENCAP;
        }
    }

    /// A route.
    ///
    /// @param via the gateway, or null for destinations on the link
    /// @param ifindex 0 for kinds that leave by no interface
    /// @param metric the smaller one wins; unsigned
    /// @param source the address to send from, or null
    /// @param mtu that holds on the way, 0 for the interface's
    public record Route(
            int table,
            IpPrefix destination,
            Kind kind,
            @Nullable IpPrefix via,
            int ifindex,
            int metric,
            @Nullable IpPrefix source,
            int mtu) {
        /// A route with the interface's MTU.
        public Route(
                int table,
                IpPrefix destination,
                Kind kind,
                @Nullable IpPrefix via,
                int ifindex,
                int metric,
                @Nullable IpPrefix source) {
            this(table, destination, kind, via, ifindex, metric, source, 0);
        }
    }

    /// A neighbour whose link address is known.
    ///
    /// @param mac six bytes, the first the most significant of 48 bits
    public record Neighbour(IpPrefix address, long mac, int ifindex) {}

    private final List<Interface> interfaces;
    private final int[] ifindexes;
    private final Interface[] byIfindex;
    private final Map<Integer, RouteTable> ipv4;
    private final Map<Integer, RouteTable> ipv6;
    private final @Nullable RouteTable[] ipv4Tables;
    private final @Nullable RouteTable[] ipv6Tables;
    private final NeighbourTable neighbours;

    private World(Builder builder) {
        interfaces =
                builder.interfaces.stream().sorted((a, b) -> a.ifindex() - b.ifindex()).toList();
        ifindexes = interfaces.stream().mapToInt(Interface::ifindex).toArray();
        byIfindex = interfaces.toArray(new Interface[0]);
        ipv4 = tables(builder.routes, false);
        ipv6 = tables(builder.routes, true);
        ipv4Tables =
                new RouteTable[] {
                    ipv4.get(TABLE_LOCAL), ipv4.get(TABLE_MAIN), ipv4.get(TABLE_DEFAULT)
                };
        ipv6Tables = new RouteTable[] {ipv6.get(TABLE_LOCAL), ipv6.get(TABLE_MAIN)};
        neighbours = new NeighbourTable(builder.neighbours);
    }

    private World(World from, List<Neighbour> others) {
        interfaces = from.interfaces;
        ifindexes = from.ifindexes;
        byIfindex = from.byIfindex;
        ipv4 = from.ipv4;
        ipv6 = from.ipv6;
        ipv4Tables = from.ipv4Tables;
        ipv6Tables = from.ipv6Tables;
        neighbours = new NeighbourTable(others);
    }

    private static Map<Integer, RouteTable> tables(List<Route> routes, boolean v6) {
        Map<Integer, List<Route>> byTable = new HashMap<>();
        for (Route route : routes) {
            if (route.destination().isV6() == v6) {
                byTable.computeIfAbsent(route.table(), _ -> new ArrayList<>()).add(route);
            }
        }
        Map<Integer, RouteTable> tables = new HashMap<>();
        byTable.forEach((table, of) -> tables.put(table, new RouteTable(of)));
        return tables;
    }

    /// By ascending ifindex.
    public List<Interface> interfaces() {
        return interfaces;
    }

    /// The interface with that number, or null.
    @HotPath
    public @Nullable Interface byIfindex(int ifindex) {
        int from = 0;
        int to = ifindexes.length;
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (ifindexes[middle] == ifindex) {
                return byIfindex[middle];
            }
            if (ifindexes[middle] < ifindex) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return null;
    }

    /// The interface with that name, or null.
    public @Nullable Interface byName(String name) {
        for (Interface candidate : interfaces) {
            if (candidate.name().equals(name)) {
                return candidate;
            }
        }
        return null;
    }

    /// The route to an address by own addresses first, then the main table, then the default one;
    /// null without one.
    ///
    /// @param via only routes that leave by this interface, 0 for any
    @HotPath
    public @Nullable Route route(boolean v6, long high, long low, int via) {
        for (RouteTable table : v6 ? ipv6Tables : ipv4Tables) {
            Route route = table == null ? null : find(table, v6, high, low, via);
            if (route != null) {
                return route;
            }
        }
        return null;
    }

    /// The route to an address by one table; null without route or table. Own IPv4 addresses are in
    /// the main table too, as the kernel merges the two while there are no rules.
    @HotPath
    public @Nullable Route routeIn(int number, boolean v6, long high, long low, int via) {
        if (number == TABLE_MAIN && !v6) {
            return route(false, high, low, via);
        }
        RouteTable table = number == TABLE_MAIN ? ipv6Tables[1] : table(number, v6);
        return table == null ? null : find(table, v6, high, low, via);
    }

    private @Nullable RouteTable table(int number, boolean v6) {
        return (v6 ? ipv6 : ipv4).get(number);
    }

    private static @Nullable Route find(
            RouteTable table, boolean v6, long high, long low, int via) {
        Route route = via == 0 ? table.lookup(high, low) : table.lookup(v6, high, low, via);
        return route == null || route.kind() == Kind.THROW ? null : route;
    }

    /// The IPv6 address to send from to another by an interface, or null: the address itself, else
    /// one of the interface, else one that has the most leading bits in common.
    public @Nullable IpPrefix source(long high, long low, Interface out) {
        IpPrefix best = null;
        int bestScore = -1;
        for (Interface each : byIfindex) {
            for (IpPrefix address : each.isUp() ? each.addresses() : List.<IpPrefix>of()) {
                int score = score(address, high, low) + (each.ifindex() == out.ifindex() ? 256 : 0);
                if (address.isV6() && !isLoopback(address) && score > bestScore) {
                    bestScore = score;
                    best = address;
                }
            }
        }
        return best;
    }

    private static int score(IpPrefix address, long high, long low) {
        if (address.high() == high && address.low() == low) {
            return 512;
        }
        long differing = address.high() ^ high;
        int common =
                differing != 0
                        ? Long.numberOfLeadingZeros(differing)
                        : 64 + Long.numberOfLeadingZeros(address.low() ^ low);
        return Math.min(common, address.length());
    }

    private static boolean isLoopback(IpPrefix address) {
        return address.high() == 0 && address.low() == 1;
    }

    /// The link address of a neighbour, or -1.
    @HotPath
    public long neighbour(int ifindex, boolean v6, long high, long low) {
        return neighbours.lookup(ifindex, v6, high, low);
    }

    /// The interfaces and routes of this one with other neighbours.
    public World withNeighbours(List<Neighbour> others) {
        return new World(this, others);
    }

    /// Puts a world together.
    public static final class Builder {
        private static final int IPV6_METRIC = 256;

        private final List<Interface> interfaces = new ArrayList<>();
        private final Map<Interface, List<IpPrefix>> connected = new LinkedHashMap<>();
        private final List<Route> routes = new ArrayList<>();
        private final List<Neighbour> neighbours = new ArrayList<>();

        /// Adds an interface, and if it is up the routes that its addresses bring. Fails: an
        /// illegal argument exception for a number or name twice.
        public Builder add(Interface added) {
            return add(added, added.addresses());
        }

        /// Adds an interface whose routes are given one by one, except those that some of its
        /// addresses bring. Fails: as [#add(Interface)].
        public Builder add(Interface added, List<IpPrefix> connecting) {
            for (Interface other : interfaces) {
                if (other.ifindex() == added.ifindex() || other.name().equals(added.name())) {
                    throw new IllegalArgumentException(
                            "interface "
                                    + added.name()
                                    + " (ifindex "
                                    + added.ifindex()
                                    + "): is there already as "
                                    + other.name()
                                    + " (ifindex "
                                    + other.ifindex()
                                    + ")");
                }
            }
            interfaces.add(added);
            connected.put(added, List.copyOf(connecting));
            return this;
        }

        /// Adds a route; one by an interface that is down or missing when the world is built is
        /// left out, as the kernel would drop it.
        public Builder add(Route route) {
            routes.add(route);
            return this;
        }

        public Builder add(Neighbour neighbour) {
            neighbours.add(neighbour);
            return this;
        }

        public World build() {
            Set<Integer> up = upInterfaces();
            routes.removeIf(route -> route.kind().leaves() && !up.contains(route.ifindex()));
            connected.forEach((owner, addresses) -> {
                if (owner.isUp()) {
                    addresses.forEach(address -> connect(owner, address));
                }
            });
            return new World(this);
        }

        private Set<Integer> upInterfaces() {
            Set<Integer> up = new HashSet<>();
            interfaces.stream().filter(Interface::isUp).forEach(i -> up.add(i.ifindex()));
            return up;
        }

        private void connect(Interface owner, IpPrefix address) {
            IpPrefix host = address.host();
            routes.add(route(TABLE_LOCAL, host, Kind.LOCAL, owner, 0, host));
            if (address.length() == host.length()) {
                return;
            }
            boolean v6 = address.isV6();
            int metric = v6 ? IPV6_METRIC : 0;
            routes.add(
                    route(
                            TABLE_MAIN,
                            address.network(),
                            Kind.UNICAST,
                            owner,
                            metric,
                            v6 ? null : host));
            if (!v6 && address.length() < 31) {
                routes.add(route(TABLE_LOCAL, address.last(), Kind.BROADCAST, owner, 0, host));
            }
        }

        private static Route route(
                int table,
                IpPrefix destination,
                Kind kind,
                Interface owner,
                int metric,
                @Nullable IpPrefix source) {
            return new Route(table, destination, kind, null, owner.ifindex(), metric, source);
        }
    }
}
