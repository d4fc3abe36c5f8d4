package io.xdp4j.tools.prog;

import io.xdp4j.control.json.Json;
import io.xdp4j.control.json.JsonException;
import io.xdp4j.ebpf.collection.LoadOptions;
import io.xdp4j.ebpf.testrun.TestRun;
import io.xdp4j.ebpf.vm.BpfClock;
import io.xdp4j.ebpf.vm.BpfRuntime;
import io.xdp4j.ebpf.vm.IpPrefix;
import io.xdp4j.ebpf.vm.World;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// The world that helpers see: the contract's net.
///
/// Fails: [JsonException] for a malformed one.
final class NetWorld {
    private static final int MAX_CPUS = 1024;
    private static final int DEFAULT_MTU = 1500;
    private static final int MAC_BYTES = 6;

    private final Json json;

    NetWorld(Json json) {
        this.json = json;
    }

    /// CPU that runs the programs.
    int cpu() {
        return json.at("cpu").number(0, cpus() - 1, 0);
    }

    private int cpus() {
        return json.at("ncpus").number(1, MAX_CPUS, 2);
    }

    /// The options with this world in them.
    ///
    /// @param trace takes the lines of `bpf_trace_printk`
    LoadOptions in(LoadOptions options, Consumer<String> trace) {
        BpfRuntime runtime = new BpfRuntime(cpus(), BpfClock.SYSTEM, System.nanoTime(), trace);
        runtime.world(world());
        int ifindex = json.at("ingress_ifindex").number(0, Integer.MAX_VALUE, 1);
        int queue = json.at("rx_queue_index").number(0, Integer.MAX_VALUE, 0);
        return options.withRuntime(runtime, cpu(), new TestRun.Ingress(ifindex, queue));
    }

    private World world() {
        if (!json.isPresent()) {
            return World.DEFAULT;
        }
        List<World.Interface> interfaces = interfaces();
        World.Builder builder = new World.Builder();
        interfaces.forEach(builder::add);
        for (Json route : json.at("routes").list()) {
            builder.add(route(route, interfaces));
        }
        for (Json neighbour : json.at("neighbours").list()) {
            builder.add(
                    new World.Neighbour(
                            address(neighbour.at("ip")),
                            mac(neighbour.at("mac")),
                            device(neighbour.at("dev"), interfaces)));
        }
        try {
            return builder.build();
        } catch (IllegalArgumentException e) {
            throw new JsonException(json.place() + ": " + e.getMessage(), e);
        }
    }

    /// Those given and, where they leave it out, the loopback; without any the default ones.
    private List<World.Interface> interfaces() {
        boolean forwardsIpv4 = json.at("forwarding").at("ipv4").flag(false);
        boolean forwardsIpv6 = json.at("forwarding").at("ipv6").flag(false);
        List<World.Interface> all = new ArrayList<>();
        for (Json device : json.at("interfaces").list()) {
            int ifindex = (int) device.at("ifindex").number(1, Integer.MAX_VALUE);
            List<IpPrefix> addresses = new ArrayList<>();
            device.at("addrs").list().forEach(address -> addresses.add(prefix(address)));
            all.add(
                    new World.Interface(
                            ifindex,
                            device.at("name").text("if" + ifindex),
                            device.at("mac").isPresent() ? mac(device.at("mac")) : 0,
                            device.at("mtu").number(0, Integer.MAX_VALUE, DEFAULT_MTU),
                            device.at("up").flag(true),
                            addresses,
                            forwardsIpv4,
                            forwardsIpv6));
        }
        for (World.Interface standard : World.DEFAULT.interfaces()) {
            boolean taken =
                    all.stream()
                            .anyMatch(other ->
                                    other.ifindex() == standard.ifindex()
                                            || other.name().equals(standard.name()));
            boolean loopback = standard.ifindex() == 1;
            if (!taken && (loopback || !json.at("interfaces").isPresent())) {
                all.add(forwarding(standard, forwardsIpv4, forwardsIpv6));
            }
        }
        return all;
    }

    private static World.Interface forwarding(
            World.Interface standard, boolean ipv4, boolean ipv6) {
        return new World.Interface(
                standard.ifindex(),
                standard.name(),
                standard.mac(),
                standard.mtu(),
                standard.isUp(),
                standard.addresses(),
                ipv4,
                ipv6);
    }

    private static World.Route route(Json route, List<World.Interface> interfaces) {
        World.Kind kind = kind(route.at("type"));
        boolean leaves = kind == World.Kind.UNICAST || route.at("dev").isPresent();
        Json via = route.at("via");
        return new World.Route(
                World.TABLE_MAIN,
                destination(route),
                kind,
                via.isPresent() ? address(via) : null,
                leaves ? device(route.at("dev"), interfaces) : 0,
                route.at("metric").number(0, Integer.MAX_VALUE, 0),
                null);
    }

    private static World.Kind kind(Json type) {
        for (World.Kind kind : World.Kind.values()) {
            if (kind.name().equalsIgnoreCase(type.text("unicast"))) {
                return kind;
            }
        }
        throw type.unexpected("blackhole, unreachable or prohibit");
    }

    private static IpPrefix destination(Json route) {
        Json destination = route.at("dst");
        if (!destination.text().equals("default")) {
            return prefix(destination);
        }
        boolean v6 = route.at("via").isPresent() && route.at("via").text().contains(":");
        return IpPrefix.parse(v6 ? "::/0" : "0.0.0.0/0");
    }

    private static IpPrefix prefix(Json text) {
        try {
            return IpPrefix.parse(text.text());
        } catch (IllegalArgumentException e) {
            throw new JsonException(text.place() + ": " + e.getMessage(), e);
        }
    }

    private static IpPrefix address(Json text) {
        return prefix(text);
    }

    private static int device(Json device, List<World.Interface> interfaces) {
        for (World.Interface each : interfaces) {
            boolean same =
                    device.isText()
                            ? each.name().equals(device.text())
                            : each.ifindex() == device.bits32(0);
            if (same) {
                return each.ifindex();
            }
        }
        throw device.unexpected("the name or ifindex of an interface");
    }

    private static long mac(Json text) {
        String[] parts = text.text().split(":", -1);
        if (parts.length != MAC_BYTES) {
            throw text.unexpected("a MAC address");
        }
        long mac = 0;
        for (String part : parts) {
            try {
                mac = (mac << 8) | (Integer.parseInt(part, 16) & 0xff);
            } catch (NumberFormatException e) {
                throw new JsonException(text.unexpected("a MAC address").getMessage() + "", e);
            }
        }
        return mac;
    }
}
