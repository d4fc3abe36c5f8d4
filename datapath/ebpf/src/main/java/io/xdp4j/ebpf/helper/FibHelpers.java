package io.xdp4j.ebpf.helper;

import static io.xdp4j.ebpf.helper.ArgType.ANYTHING;
import static io.xdp4j.ebpf.helper.ArgType.CONST_SIZE;
import static io.xdp4j.ebpf.helper.ArgType.CTX;
import static io.xdp4j.ebpf.helper.ArgType.INT_PTR;
import static io.xdp4j.ebpf.helper.ArgType.WRITABLE_MEM;
import static io.xdp4j.ebpf.helper.HelperProto.Trait.GPL_ONLY;
import static io.xdp4j.ebpf.helper.RetType.INTEGER;
import static io.xdp4j.ebpf.program.ProgramType.SCHED_CLS;
import static io.xdp4j.ebpf.program.ProgramType.XDP;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.ebpf.vm.BpfMachine;
import io.xdp4j.ebpf.vm.IpPrefix;
import io.xdp4j.ebpf.vm.NeighbourMisses;
import io.xdp4j.ebpf.vm.World;
import io.xdp4j.ebpf.vm.XdpMd;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Routes, neighbours, MTU.
///
/// Kernel: `bpf_xdp_fib_lookup`, `bpf_xdp_check_mtu`, net/core/filter.c.
final class FibHelpers {
    private FibHelpers() {}

    static List<HelperProto> protos() {
        return List.of(
                HelperProto.of(69, "fib_lookup", INTEGER, CTX, WRITABLE_MEM, CONST_SIZE, ANYTHING)
                        .with(GPL_ONLY)
                        .on(Set.of(SCHED_CLS, XDP))
                        .does(FibHelpers::lookup),
                HelperProto.of(
                                163,
                                "check_mtu",
                                INTEGER,
                                CTX,
                                ANYTHING,
                                INT_PTR,
                                ANYTHING,
                                ANYTHING)
                        .with(GPL_ONLY)
                        .on(Set.of(SCHED_CLS, XDP))
                        .does(FibHelpers::checkMtu));
    }

    // struct bpf_fib_lookup
    private static final int BYTES = 64;
    private static final int FAMILY = 0;
    private static final int TOTAL_LENGTH = 6;
    private static final int IFINDEX = 8;
    private static final int METRIC = 12;
    private static final int SOURCE = 16;
    private static final int DESTINATION = 32;
    private static final int VLAN = 48;
    private static final int SOURCE_MAC = 52;
    private static final int DESTINATION_MAC = 58;

    private static final int DIRECT = 1;
    private static final int OUTPUT = 2;
    private static final int SKIP_NEIGH = 4;
    private static final int TBID = 8;
    private static final int SRC = 16;
    private static final int ALL_FLAGS = 63;

    private static final int SUCCESS = 0;
    private static final int BLACKHOLE = 1;
    private static final int UNREACHABLE = 2;
    private static final int PROHIBIT = 3;
    private static final int NOT_FWDED = 4;
    private static final int FWD_DISABLED = 5;
    private static final int UNSUPP_LWT = 6;
    private static final int NO_NEIGH = 7;
    private static final int FRAG_NEEDED = 8;
    private static final int NO_SRC_ADDR = 9;

    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int MAX_IPV4_MTU = 0xffff;
    private static final int MAX_IPV6_MTU = 0xffff + 40;

    @HotPath
    static long lookup(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        int flags = (int) r4;
        if ((int) r3 < BYTES || (flags & ~ALL_FLAGS) != 0) {
            return -Errno.EINVAL;
        }
        World world = machine.runtime().world();
        long answer =
                switch (RawMemory.u8(r2 + FAMILY)) {
                    case AF_INET -> lookup4(world, r2, flags);
                    case AF_INET6 -> lookup6(world, r2, flags);
                    default -> -Errno.EAFNOSUPPORT;
                };
        if (answer == NO_NEIGH) {
            miss(machine.runtime().neighbourMisses(), r2);
        }
        return answer;
    }

    /// The answer names the neighbour that is not known.
    @HotPath
    private static void miss(NeighbourMisses misses, long params) {
        int ifindex = RawMemory.getInt(params + IFINDEX);
        if (RawMemory.u8(params + FAMILY) == AF_INET6) {
            misses.add(
                    ifindex,
                    true,
                    RawMemory.getLongBe(params + DESTINATION),
                    RawMemory.getLongBe(params + DESTINATION + 8));
        } else {
            misses.add(ifindex, false, 0, RawMemory.getIntBe(params + DESTINATION) & 0xffff_ffffL);
        }
    }

    @HotPath
    private static long lookup4(World world, long params, int flags) {
        World.Interface in = world.byIfindex(RawMemory.getInt(params + IFINDEX));
        if (in == null) {
            return -Errno.ENODEV;
        }
        if (!in.forwardsIpv4()) {
            return FWD_DISABLED;
        }
        long destination = RawMemory.getIntBe(params + DESTINATION) & 0xffff_ffffL;
        int via = (flags & OUTPUT) != 0 ? in.ifindex() : 0;
        World.Route route = route(world, params, flags, false, 0, destination, via);
        int refusal = refusal(route);
        if (route == null || refusal != SUCCESS) {
            return refusal;
        }
        World.Interface out = world.byIfindex(route.ifindex());
        int mtu = out == null ? 0 : mtu(route, out, MAX_IPV4_MTU);
        if (out == null || isTooLong(params, mtu)) {
            return out == null ? NOT_FWDED : FRAG_NEEDED;
        }
        if (route.kind() == World.Kind.ENCAP) {
            return UNSUPP_LWT;
        }
        RawMemory.putInt(params + METRIC, route.metric());
        RawMemory.putInt(params + IFINDEX, out.ifindex());
        if ((flags & SRC) != 0) {
            RawMemory.putIntBe(params + SOURCE, source4(route, out));
        }
        IpPrefix gateway = route.via();
        if (gateway != null) {
            setGateway4(params, gateway);
        }
        return resolve(world, params, flags, out, mtu, gateway != null && gateway.isV6());
    }

    /// An IPv4 route may go by an IPv6 gateway: then the family of the answer changes.
    private static void setGateway4(long params, IpPrefix gateway) {
        if (gateway.isV6()) {
            RawMemory.putByte(params + FAMILY, AF_INET6);
            RawMemory.putLongBe(params + DESTINATION, gateway.high());
            RawMemory.putLongBe(params + DESTINATION + 8, gateway.low());
        } else {
            RawMemory.putIntBe(params + DESTINATION, (int) gateway.low());
        }
    }

    private static int source4(World.Route route, World.Interface out) {
        IpPrefix source = route.source();
        IpPrefix gateway = route.via();
        if (source == null) {
            for (int i = out.addresses().size() - 1; i >= 0; i--) {
                IpPrefix address = out.addresses().get(i);
                if (!address.isV6()
                        && (gateway == null
                                || source == null
                                || address.contains(false, 0, gateway.low()))) {
                    source = address;
                }
            }
        }
        return source == null ? 0 : (int) source.low();
    }

    @HotPath
    private static long lookup6(World world, long params, int flags) {
        long high = RawMemory.getLongBe(params + DESTINATION);
        long low = RawMemory.getLongBe(params + DESTINATION + 8);
        if (isNeverForwarded(high, low)
                || isNeverForwarded(
                        RawMemory.getLongBe(params + SOURCE),
                        RawMemory.getLongBe(params + SOURCE + 8))) {
            return NOT_FWDED;
        }
        World.Interface in = world.byIfindex(RawMemory.getInt(params + IFINDEX));
        if (in == null) {
            return -Errno.ENODEV;
        }
        if (!in.forwardsIpv6()) {
            return FWD_DISABLED;
        }
        World.Route route = route(world, params, flags, true, high, low, 0);
        int refusal = refusal(route);
        if (route == null || refusal != SUCCESS) {
            return refusal;
        }
        World.Interface out = world.byIfindex(route.ifindex());
        int mtu = out == null ? 0 : mtu(route, out, MAX_IPV6_MTU);
        if (out == null || isTooLong(params, mtu)) {
            return out == null ? NOT_FWDED : FRAG_NEEDED;
        }
        if (route.kind() == World.Kind.ENCAP) {
            return UNSUPP_LWT;
        }
        IpPrefix gateway = route.via();
        if (gateway != null) {
            RawMemory.putLongBe(params + DESTINATION, gateway.high());
            RawMemory.putLongBe(params + DESTINATION + 8, gateway.low());
        }
        RawMemory.putInt(params + METRIC, route.metric());
        RawMemory.putInt(params + IFINDEX, out.ifindex());
        if ((flags & SRC) != 0 && !setSource6(world, params, high, low, route, out)) {
            return NO_SRC_ADDR;
        }
        return resolve(world, params, flags, out, mtu, true);
    }

    /// Multicast, link-local and loopback addresses.
    private static boolean isNeverForwarded(long high, long low) {
        return high >>> 56 == 0xff || high >>> 54 == 0x3fa || (high == 0 && low == 1);
    }

    private static boolean setSource6(
            World world, long params, long high, long low, World.Route route, World.Interface out) {
        IpPrefix source = route.source();
        if (source == null) {
            source = world.source(high, low, out);
        }
        if (source == null) {
            return false;
        }
        RawMemory.putLongBe(params + SOURCE, source.high());
        RawMemory.putLongBe(params + SOURCE + 8, source.low());
        return true;
    }

    private static World.@Nullable Route route(
            World world, long params, int flags, boolean v6, long high, long low, int via) {
        if ((flags & DIRECT) == 0) {
            return world.route(v6, high, low, via);
        }
        int table = World.TABLE_MAIN;
        if ((flags & TBID) != 0) {
            table = RawMemory.getInt(params + VLAN);
            RawMemory.putInt(params + VLAN, 0);
        }
        return world.routeIn(table, v6, high, low, via);
    }

    private static int refusal(World.@Nullable Route route) {
        if (route == null) {
            return NOT_FWDED;
        }
        return switch (route.kind()) {
            case UNICAST, ENCAP -> SUCCESS;
            case LOCAL, BROADCAST, THROW -> NOT_FWDED;
            case BLACKHOLE -> BLACKHOLE;
            case UNREACHABLE -> UNREACHABLE;
            case PROHIBIT -> PROHIBIT;
        };
    }

    private static int mtu(World.Route route, World.Interface out, int limit) {
        return Math.min(route.mtu() != 0 ? route.mtu() : out.mtu(), limit);
    }

    private static boolean isTooLong(long params, int mtu) {
        if ((RawMemory.getShort(params + TOTAL_LENGTH) & 0xffff) <= mtu) {
            return false;
        }
        RawMemory.putShort(params + TOTAL_LENGTH, mtu);
        return true;
    }

    /// Fills in link addresses and the rest of the answer.
    private static long resolve(
            World world, long params, int flags, World.Interface out, int mtu, boolean v6) {
        if ((flags & SKIP_NEIGH) == 0) {
            long mac =
                    v6
                            ? world.neighbour(
                                    out.ifindex(),
                                    true,
                                    RawMemory.getLongBe(params + DESTINATION),
                                    RawMemory.getLongBe(params + DESTINATION + 8))
                            : world.neighbour(
                                    out.ifindex(),
                                    false,
                                    0,
                                    RawMemory.getIntBe(params + DESTINATION) & 0xffff_ffffL);
            if (mac < 0) {
                return NO_NEIGH;
            }
            putMac(params + DESTINATION_MAC, mac);
            putMac(params + SOURCE_MAC, out.mac());
        }
        RawMemory.putInt(params + VLAN, 0);
        if (mtu != 0) {
            RawMemory.putShort(params + TOTAL_LENGTH, mtu);
        }
        return SUCCESS;
    }

    private static void putMac(long address, long mac) {
        RawMemory.putIntBe(address, (int) (mac >>> 16));
        RawMemory.putShortBe(address + 4, (int) mac);
    }

    @HotPath
    static long checkMtu(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        if (r5 != 0) {
            return -Errno.EINVAL;
        }
        XdpMd xdp = machine.xdp();
        int ifindex = (int) r2;
        World.Interface out =
                machine.runtime().world().byIfindex(ifindex == 0 ? xdp.ingressIfindex() : ifindex);
        if (out == null) {
            return -Errno.ENODEV;
        }
        int given = RawMemory.getInt(r3);
        int length = given != 0 ? given + out.headerBytes() : xdp.length();
        RawMemory.putInt(r3, out.mtu());
        return length + (int) r4 > out.mtu() + out.headerBytes() ? 1 : 0;
    }
}
