package io.xdp4j.ebpf.helper;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.ebpf.vm.BpfRuntime;
import io.xdp4j.ebpf.vm.IpPrefix;
import io.xdp4j.ebpf.vm.World;
import io.xdp4j.ebpf.vm.World.Interface;
import io.xdp4j.ebpf.vm.World.Kind;
import io.xdp4j.ebpf.vm.World.Neighbour;
import io.xdp4j.ebpf.vm.World.Route;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FibHelpersTest {
    private static final int MAIN = World.TABLE_MAIN;

    private static Interface device(int index, int mtu, boolean up, boolean fwd, String... addrs) {
        return new Interface(
                index,
                "d" + (index - 10),
                0x0200_0000_0000L + (index / 10 * 16 + index % 10),
                mtu,
                up,
                Arrays.stream(addrs).map(IpPrefix::parse).toList(),
                fwd,
                fwd);
    }

    private static Route to(
            int table,
            String dst,
            @Nullable String via,
            int dev,
            int metric,
            @Nullable String src) {
        return new Route(
                table,
                IpPrefix.parse(dst),
                Kind.UNICAST,
                via == null ? null : IpPrefix.parse(via),
                dev,
                metric,
                src == null ? null : IpPrefix.parse(src));
    }

    private static Route not(String dst, Kind kind) {
        return new Route(MAIN, IpPrefix.parse(dst), kind, null, 0, 0, null);
    }

    private static Neighbour neighbour(String ip, long mac, int dev) {
        return new Neighbour(IpPrefix.parse(ip), mac, dev);
    }

    /// The namespace whose commands stand at the head of `fib_lookup.txt`.
    private static World namespace() {
        World.Builder world =
                new World.Builder()
                        .add(
                                new Interface(
                                        1,
                                        "lo",
                                        0,
                                        65_536,
                                        true,
                                        List.of(IpPrefix.parse("127.0.0.1/8")),
                                        true,
                                        true))
                        .add(device(11, 1500, true, true, "10.1.1.254/24", "fd01::fe/64"))
                        .add(device(12, 1400, true, true, "10.2.2.254/24", "fd02::fe/64"))
                        .add(device(13, 9000, true, true, "10.3.3.254/24", "10.3.4.254/24"))
                        .add(device(14, 1500, false, false));
        world.add(to(MAIN, "192.168.0.0/16", "10.1.1.1", 11, 0, null))
                .add(to(MAIN, "192.168.7.0/24", "10.2.2.1", 12, 50, null))
                .add(to(MAIN, "192.168.7.128/25", null, 13, 0, null))
                .add(to(MAIN, "192.168.9.0/24", "10.3.4.1", 13, 0, "10.3.3.254"))
                .add(to(MAIN, "192.168.10.0/24", "10.3.4.1", 13, 0, null))
                .add(to(MAIN, "192.168.11.0/24", "fd02::1", 12, 0, null))
                .add(not("172.16.0.0/16", Kind.BLACKHOLE))
                .add(not("172.17.0.0/16", Kind.UNREACHABLE))
                .add(not("172.18.0.0/16", Kind.PROHIBIT))
                .add(to(MAIN, "172.16.5.0/24", "10.1.1.1", 11, 0, null))
                .add(to(100, "0.0.0.0/0", "10.2.2.9", 12, 0, null))
                .add(to(MAIN, "100.64.0.0/10", "10.1.1.1", 11, 20, null))
                .add(to(MAIN, "100.64.0.0/10", "10.2.2.1", 12, 10, null))
                .add(to(MAIN, "fd77::/16", "fd01::1", 11, 1024, null))
                .add(to(MAIN, "fd77:1::/32", "fd02::1", 12, 7, null))
                .add(to(MAIN, "fd77:1:2::/48", null, 13, 1024, null))
                .add(not("fd78::/32", Kind.BLACKHOLE))
                .add(not("fd79::/32", Kind.UNREACHABLE))
                .add(not("fd7a::/32", Kind.PROHIBIT))
                .add(to(100, "::/0", "fd02::9", 12, 1024, null))
                .add(to(MAIN, "fd7b::/32", "fd02::1", 12, 1024, "fd02::fe"));
        return world.add(neighbour("10.1.1.1", 0x02aa_0000_0001L, 11))
                .add(neighbour("10.2.2.1", 0x02aa_0000_0002L, 12))
                .add(neighbour("10.2.2.9", 0x02aa_0000_0009L, 12))
                .add(neighbour("10.3.4.1", 0x02aa_0000_0003L, 13))
                .add(neighbour("192.168.7.200", 0x02aa_0000_0004L, 13))
                .add(neighbour("fd01::1", 0x02bb_0000_0001L, 11))
                .add(neighbour("fd02::1", 0x02bb_0000_0002L, 12))
                .add(neighbour("fd02::9", 0x02bb_0000_0009L, 12))
                .add(neighbour("fd77:1:2::5", 0x02bb_0000_0005L, 13))
                .build();
    }

    private static HelperCalls calls() {
        BpfRuntime runtime = new BpfRuntime(2);
        runtime.world(namespace());
        return new HelperCalls(runtime);
    }

    @Test
    void answersAsTheKernel() throws IOException {
        List<String> wrong = new ArrayList<>();
        try (HelperCalls calls = calls()) {
            for (String[] c : HelperCalls.recorded("fib_lookup.txt")) {
                long params = calls.memory(HelperCalls.hex(c[2]));
                long r0 =
                        calls.call(
                                "fib_lookup",
                                0,
                                params,
                                Long.parseLong(c[0]),
                                Long.parseLong(c[1]));
                String got = r0 + " " + HexFormat.of().formatHex(calls.read(params, 64));
                if (!got.equals(c[3] + " " + c[4])) {
                    wrong.add(String.join(" ", c) + "\n  got " + got);
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void checksMtuAsTheKernel() throws IOException {
        try (HelperCalls calls = calls()) {
            for (String[] c : HelperCalls.recorded("check_mtu.txt")) {
                calls.packet(Integer.parseInt(c[0]));
                long length = calls.zeros(4);
                RawMemory.putInt(length, Integer.parseInt(c[2]));
                long r0 =
                        calls.call(
                                "check_mtu",
                                0,
                                Long.parseLong(c[1]),
                                length,
                                Long.parseLong(c[3]),
                                Long.parseLong(c[4]));
                assertThat(r0 + " " + RawMemory.getInt(length))
                        .as(String.join(" ", c))
                        .isEqualTo(c[5] + " " + c[6]);
            }
        }
    }

    @Test
    void forwardsNothingByDefault() {
        try (HelperCalls calls = new HelperCalls()) {
            byte[] params = new byte[64];
            params[0] = 2;
            params[8] = 1;
            long address = calls.memory(params);
            assertThat(calls.call("fib_lookup", 0, address, 64, 0)).isEqualTo(5);
            RawMemory.putInt(address + 8, 9);
            assertThat(calls.call("fib_lookup", 0, address, 64, 0)).isEqualTo(-19);
        }
    }

    @Test
    void findsTheLongestPrefixAsAScanDoes() {
        java.util.Random random = new java.util.Random(5);
        World.Builder builder = new World.Builder().add(device(11, 1500, true, true));
        List<Route> routes = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            long low = (random.nextInt(64) << 26 & 0xffff_ffffL) | random.nextInt(256);
            IpPrefix prefix = new IpPrefix(false, 0, low, random.nextInt(33)).network();
            Route route = new Route(MAIN, prefix, Kind.UNICAST, null, 11, i, null);
            routes.add(route);
            builder.add(route);
        }
        World world = builder.build();
        for (int i = 0; i < 5_000; i++) {
            long low = (random.nextInt(64) << 26 & 0xffff_ffffL) | random.nextInt(256);
            Route best = null;
            for (Route route : routes) {
                if (route.destination().contains(false, 0, low)
                        && (best == null
                                || route.destination().length() > best.destination().length())) {
                    best = route;
                }
            }
            assertThat(world.route(false, 0, low, 0)).isEqualTo(best);
        }
    }
}
