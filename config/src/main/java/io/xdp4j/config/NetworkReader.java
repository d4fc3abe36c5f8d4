package io.xdp4j.config;

import io.xdp4j.core.bpf.FibEntries;
import io.xdp4j.ebpf.vm.IpPrefix;
import io.xdp4j.ebpf.vm.World;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/// Reads `network`.
final class NetworkReader {
    private static final List<String> KEYS =
            List.of("follow", "forwarding", "addresses", "routes", "neighbours");
    private static final List<String> FORWARDING_KEYS = List.of("ipv4", "ipv6");
    private static final List<String> ADDRESS_KEYS = List.of("device", "address");
    private static final List<String> ROUTE_KEYS =
            List.of("dst", "via", "device", "type", "metric");
    private static final List<String> NEIGHBOUR_KEYS = List.of("address", "mac", "device");
    private static final int MAX_ADDRESSES = 1024;
    private static final int MAX_ROUTES = 1 << 16;

    private static final Pattern ADDRESS = Pattern.compile("[0-9a-fA-F.:]{2,45}");
    private static final Pattern PREFIX = Pattern.compile("[0-9a-fA-F.:]{2,45}(/[0-9]{1,3})?");
    private static final String ADDRESS_EXPECTED = "IP address like 10.1.1.1 or fd00::1";
    private static final String PREFIX_EXPECTED =
            "IP address and prefix length like 10.1.1.1/24 or fd00::1/64";

    /// What becomes of packets on a route.
    private enum Type {
        UNICAST,
        BLACKHOLE,
        UNREACHABLE,
        PROHIBIT,
        THROW
    }

    private final Names names;

    private NetworkReader(Names names) {
        this.names = names;
    }

    /// Without a word about it, a datapath with eBPF programs on interfaces of the host follows the
    /// host.
    static NetworkSpec read(
            ConfigMapping top, Names names, List<DeviceSpec> devices, List<ProgramSpec> programs) {
        boolean real = devices.stream().anyMatch(InterfaceDeviceSpec.class::isInstance);
        boolean objects = programs.stream().anyMatch(ObjectProgramSpec.class::isInstance);
        NetworkSpec.Follow follow =
                real && objects ? NetworkSpec.Follow.HOST : NetworkSpec.Follow.NONE;
        NetworkSpec absent = new NetworkSpec(follow, FibEntries.NONE, top.at());
        return top.get("network", node -> new NetworkReader(names).network(node, follow), absent);
    }

    private NetworkSpec network(ConfigNode node, NetworkSpec.Follow absent) {
        ConfigMapping self =
                node.mapping("a mapping with " + String.join(", ", KEYS)).allow("network", KEYS);
        ConfigNode switches = self.node("forwarding");
        FibEntries entries =
                new FibEntries(
                        self.has("forwarding") ? forwards(switches, "ipv4") : Optional.empty(),
                        self.has("forwarding") ? forwards(switches, "ipv6") : Optional.empty(),
                        list(self, "addresses", MAX_ADDRESSES, this::address),
                        list(self, "routes", MAX_ROUTES, this::route),
                        list(self, "neighbours", MAX_ROUTES, this::neighbour));
        return new NetworkSpec(
                self.get("follow", n -> n.keyword(NetworkSpec.Follow.values()), absent),
                entries,
                self.at());
    }

    private static Optional<Boolean> forwards(ConfigNode node, String family) {
        return node.mapping("a mapping with ipv4, ipv6")
                .allow("forwarding", FORWARDING_KEYS)
                .get(family, n -> Optional.of(n.bool()), Optional.empty());
    }

    private static <T> List<T> list(
            ConfigMapping self, String key, int max, Function<ConfigNode, T> reader) {
        return self.get(
                key, node -> node.items(0, max, key).stream().map(reader).toList(), List.of());
    }

    private FibEntries.Address address(ConfigNode node) {
        ConfigMapping self =
                node.mapping("a mapping with device and address").allow("an address", ADDRESS_KEYS);
        return new FibEntries.Address(
                names.devices.resolve(self.node("device")), prefix(self.node("address")));
    }

    private FibEntries.Route route(ConfigNode node) {
        ConfigMapping self = node.mapping("a mapping with dst").allow("a route", ROUTE_KEYS);
        Type type = self.get("type", n -> n.keyword(Type.values()), Type.UNICAST);
        IpPrefix destination = prefix(self.node("dst")).network();
        ConfigNode via = self.node("via");
        ConfigNode device = self.node("device");
        if (type != Type.UNICAST && (self.has("via") || self.has("device"))) {
            throw (self.has("via") ? via : device)
                    .unexpected("no via and no device: nothing leaves on a route of this type");
        }
        IpPrefix gateway = self.has("via") ? ip(via) : null;
        if (gateway != null && destination.isV6() && !gateway.isV6()) {
            throw via.unexpected("an IPv6 address, as dst is one");
        }
        return new FibEntries.Route(
                destination,
                World.Kind.valueOf(type.name()),
                gateway,
                type == Type.UNICAST ? names.devices.resolve(device) : "",
                self.get("metric", n -> n.integer(0, Integer.MAX_VALUE), 0));
    }

    private FibEntries.Neighbour neighbour(ConfigNode node) {
        ConfigMapping self =
                node.mapping("a mapping with address, mac and device")
                        .allow("a neighbour", NEIGHBOUR_KEYS);
        return new FibEntries.Neighbour(
                names.devices.resolve(self.node("device")),
                ip(self.node("address")),
                self.node("mac").unicastMac().valueU48());
    }

    private static IpPrefix prefix(ConfigNode node) {
        return parsed(node, PREFIX, PREFIX_EXPECTED);
    }

    private static IpPrefix ip(ConfigNode node) {
        return parsed(node, ADDRESS, ADDRESS_EXPECTED);
    }

    private static IpPrefix parsed(ConfigNode node, Pattern form, String expected) {
        String text = node.text(form, expected);
        try {
            return IpPrefix.parse(text);
        } catch (IllegalArgumentException e) {
            throw node.unexpected(expected);
        }
    }
}
