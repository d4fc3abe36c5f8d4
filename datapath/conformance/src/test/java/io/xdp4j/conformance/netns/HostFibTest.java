package io.xdp4j.conformance.netns;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.core.bpf.Fib;
import io.xdp4j.core.bpf.FibEntries;
import io.xdp4j.core.device.Datapath;
import io.xdp4j.ebpf.vm.IpPrefix;
import io.xdp4j.ebpf.vm.World;
import io.xdp4j.testkit.NetNs;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A datapath's FIB says of each destination what `ip route get` says in the namespace it follows.
final class HostFibTest {
    private static final List<String> DESTINATIONS =
            List.of(
                    "10.1.1.7",
                    "10.1.1.254",
                    "10.1.1.255",
                    "10.1.2.9",
                    "10.5.1.1",
                    "10.5.200.1",
                    "10.66.0.1",
                    "10.67.0.1",
                    "10.68.0.1",
                    "10.69.0.1",
                    "10.70.0.1",
                    "10.71.0.1",
                    "127.0.0.1",
                    "192.0.2.1",
                    "8.8.8.8",
                    "fd01::7",
                    "fd01::254",
                    "fd02::1",
                    "fd05::1",
                    "fd05:0:0:1::1",
                    "fd66::1",
                    "fd68::1",
                    "2001:db8::1");

    private static final Pattern DEVICE = Pattern.compile("\\bdev (\\S+)");
    private static final Pattern GATEWAY = Pattern.compile("\\bvia (?:inet6 )?(\\S+)");
    private static final Pattern KIND =
            Pattern.compile("^(local|broadcast|blackhole|unreachable|prohibit)\\b");

    private NetNs router;
    private NetNs left;
    private NetNs right;

    @BeforeEach
    void connect() {
        router = NetNs.create("router");
        left = NetNs.create("left");
        right = NetNs.create("right");
        NetNs.link(left, "eth0", router, "p1");
        NetNs.link(right, "eth0", router, "p2");
        router.addAddress("p1", "10.1.1.254/24").addAddress("p1", "fd01::254/64");
        router.addAddress("p2", "10.1.2.254/24").addAddress("p2", "fd02::254/64");
        addRoutes();
    }

    private void addRoutes() {
        route("10.5.0.0/16", "via", "10.1.2.1");
        route("10.5.200.0/24", "via", "10.1.1.1", "metric", "50");
        route("10.5.200.0/24", "via", "10.1.2.2", "metric", "20");
        route("blackhole", "10.66.0.0/16");
        route("unreachable", "10.67.0.0/16");
        route("prohibit", "10.68.0.0/16");
        route("throw", "10.69.0.0/16");
        route("10.70.0.0/16", "via", "inet6", "fd02::9", "dev", "p2");
        route("10.71.0.0/16", "nexthop", "via", "10.1.2.7", "dev", "p2");
        route("default", "via", "10.1.1.99");
        route6("fd05::/32", "via", "fd02::9");
        route6("fd05:0:0:1::/64", "via", "fd01::9");
        route6("blackhole", "fd66::/16");
        route6("prohibit", "fd68::/16");
        route6("default", "via", "fd01::99");
    }

    private void route(String... words) {
        router.ip(words(List.of("route", "add"), words));
    }

    private void route6(String... words) {
        router.ip(words(List.of("-6", "route", "add"), words));
    }

    private static String[] words(List<String> first, String... rest) {
        return Stream.concat(first.stream(), List.of(rest).stream()).toArray(String[]::new);
    }

    @AfterEach
    void close() {
        for (NetNs netns : new NetNs[] {right, left, router}) {
            if (netns != null) {
                netns.close();
            }
        }
    }

    @Test
    void agreesWithTheKernelAlsoAfterChanges() {
        try (Datapath datapath = Datapath.builder().frames(1024).build();
                Fib _ = Inside.call(router, () -> Fib.followingHost(datapath, FibEntries.NONE))) {
            assertAgrees(datapath);

            router.ip("route", "replace", "10.5.0.0/16", "via", "10.1.1.3");
            router.ip("route", "del", "default");
            router.ip("-6", "route", "del", "fd66::/16");
            awaitAgreement(datapath);

            router.ip("link", "set", "p2", "down");
            awaitAgreement(datapath);
            assertThat(datapath.bpf().world().byName("p2")).matches(p2 -> !p2.isUp());

            router.ip("link", "set", "p2", "up");
            router.ip("link", "set", "p1", "mtu", "1400");
            awaitAgreement(datapath);
            Await.until("the MTU", () -> link(datapath, "p1").mtu() == 1400);
        }
    }

    @Test
    void knowsNeighboursAndWhoForwards() {
        router.ip("neigh", "add", "10.1.1.7", "lladdr", "02:00:00:00:00:07", "dev", "p1");
        try (Datapath datapath = Datapath.builder().frames(1024).build();
                Fib _ = Inside.call(router, () -> Fib.followingHost(datapath, FibEntries.NONE))) {
            int p1 = link(datapath, "p1").ifindex();
            assertThat(neighbour(datapath, p1, "10.1.1.7")).isEqualTo(0x0200_0000_0007L);
            assertThat(neighbour(datapath, p1, "10.1.1.8")).isNegative();

            // A neighbour that a program has missed is asked for.
            left.addAddress("eth0", "10.1.1.8/24");
            datapath.bpf().neighbourMisses().add(p1, false, 0, IpPrefix.parse("10.1.1.8").low());
            Await.until("10.1.1.8", () -> neighbour(datapath, p1, "10.1.1.8") > 0);

            router.exec("sysctl", "-qw", "net.ipv4.conf.p1.forwarding=1");
            router.exec("sysctl", "-qw", "net.ipv6.conf.p1.forwarding=0");
            Await.until("forwarding", () -> link(datapath, "p1").forwardsIpv4());
            assertThat(link(datapath, "p1").forwardsIpv6()).isFalse();
        }
    }

    private static World.Interface link(Datapath datapath, String name) {
        return Objects.requireNonNull(datapath.bpf().world().byName(name), name);
    }

    private static long neighbour(Datapath datapath, int ifindex, String address) {
        IpPrefix ip = IpPrefix.parse(address);
        return datapath.bpf().world().neighbour(ifindex, ip.isV6(), ip.high(), ip.low());
    }

    private void awaitAgreement(Datapath datapath) {
        Await.until(
                "the kernel's answers",
                () -> DESTINATIONS.stream().allMatch(to -> ours(datapath, to).equals(theirs(to))));
    }

    private void assertAgrees(Datapath datapath) {
        for (String destination : DESTINATIONS) {
            assertThat(ours(datapath, destination)).as(destination).isEqualTo(theirs(destination));
        }
    }

    /// Kind, gateway and device, as far as the answer has them.
    private static String ours(Datapath datapath, String destination) {
        World world = datapath.bpf().world();
        IpPrefix to = IpPrefix.parse(destination);
        World.Route route = world.route(to.isV6(), to.high(), to.low(), 0);
        if (route == null) {
            return "none";
        }
        if (route.kind() != World.Kind.UNICAST) {
            return route.kind().name().toLowerCase(Locale.ROOT);
        }
        World.Interface device = world.byIfindex(route.ifindex());
        return "unicast via "
                + (route.via() == null ? "link" : route.via())
                + " dev "
                + (device == null ? "?" : device.name());
    }

    private String theirs(String destination) {
        NetNs.Output output = router.tryExec("ip", "route", "get", destination);
        String answer = output.text().strip();
        if (output.exitCode() != 0) {
            return errors(answer);
        }
        Matcher kind = KIND.matcher(answer);
        if (kind.find()) {
            return kind.group(1);
        }
        Matcher gateway = GATEWAY.matcher(answer);
        Matcher device = DEVICE.matcher(answer);
        assertThat(device.find()).as(answer).isTrue();
        return "unicast via "
                + (gateway.find() ? IpPrefix.parse(gateway.group(1)) : "link")
                + " dev "
                + device.group(1);
    }

    private static String errors(String answer) {
        if (answer.contains("Invalid argument")) {
            return "blackhole";
        }
        if (answer.contains("Permission denied")) {
            return "prohibit";
        }
        return answer.contains("No route to host") ? "unreachable" : "none";
    }
}
