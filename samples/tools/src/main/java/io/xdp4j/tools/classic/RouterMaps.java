package io.xdp4j.tools.classic;

import io.xdp4j.control.ControlException;
import io.xdp4j.control.DatapathControl;
import io.xdp4j.control.DeviceInfo;
import io.xdp4j.control.MapInfo;
import io.xdp4j.ebpf.Errno;
import io.xdp4j.tools.session.Macs;
import io.xdp4j.tools.session.SampleObject;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Keeps the maps of xdp_router_ipv4 as the routes and neighbours are.
///
/// The places of `tx_port` are numbers of the tool's devices, in the order in which they were named,
/// so that interface indexes of any size fit.
///
/// Thread: that of the session.
/// Kernel: `samples/bpf/xdp_router_ipv4_user.c`.
final class RouterMaps {
    private static final int IPV4_BITS = 32;

    /// A place of `tx_port` without a device: packets for other interfaces are dropped.
    private static final int NOWHERE = 99;

    private final DatapathControl control;
    private final List<DeviceInfo> devices;
    private final Table routes;
    private final Table neighbours;
    private final Table hosts;

    RouterMaps(DatapathControl control, SampleObject object, List<DeviceInfo> devices) {
        this.control = control;
        this.devices = List.copyOf(devices);
        this.routes = new Table(object.map("lpm_map"));
        this.neighbours = new Table(object.map("arp_table"));
        this.hosts = new Table(object.map("exact_match"));
        for (int place = 0; place < devices.size(); place++) {
            object.put(object.map("tx_port"), place, devices.get(place).ifindex());
        }
    }

    /// Makes the maps say what the tables say; returns how many entries found no room.
    int sync(RoutingTables tables) {
        Map<InetAddress, byte[]> macs = new LinkedHashMap<>();
        tables.neighbours().forEach(n -> macs.put(n.address(), n.mac()));
        Map<String, RoutingTables.Route> best = new LinkedHashMap<>();
        for (RoutingTables.Route route : tables.routes()) {
            best.merge(
                    route.prefix() + "/" + route.bits(),
                    route,
                    (one, two) -> one.metric() <= two.metric() ? one : two);
        }
        Map<String, byte[]> newRoutes = new LinkedHashMap<>();
        Map<String, byte[]> newHosts = new LinkedHashMap<>();
        for (RoutingTables.Route route : best.values()) {
            newRoutes.put(hex(routeKey(route)), routeValue(route));
            byte[] mac = macs.get(route.gateway() == null ? route.prefix() : route.gateway());
            if (route.bits() == IPV4_BITS && mac != null) {
                newHosts.put(hex(route.prefix().getAddress()), hostValue(route, mac));
            }
        }
        Map<String, byte[]> newNeighbours = new LinkedHashMap<>();
        macs.forEach((address, mac) -> newNeighbours.put(hex(address.getAddress()), padded(mac)));
        return routes.sync(newRoutes) + neighbours.sync(newNeighbours) + hosts.sync(newHosts);
    }

    // ---- the object's records

    private static byte[] routeKey(RoutingTables.Route route) {
        return ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(route.bits())
                .put(route.prefix().getAddress())
                .array();
    }

    private byte[] routeValue(RoutingTables.Route route) {
        ByteBuffer value = ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN);
        value.put(route.prefix().getAddress()).position(8);
        value.put(source(route)).position(16);
        value.putInt(place(route)).putInt(route.metric());
        value.put(route.gateway() == null ? new byte[4] : route.gateway().getAddress());
        return value.array();
    }

    private byte[] hostValue(RoutingTables.Route route, byte[] mac) {
        ByteBuffer value = ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN);
        value.put(padded(mac)).put(route.prefix().getAddress()).position(16);
        value.putInt(place(route)).position(24);
        value.put(source(route));
        return value.array();
    }

    private int place(RoutingTables.Route route) {
        for (int place = 0; place < devices.size(); place++) {
            if (devices.get(place).name().equals(route.device())) {
                return place;
            }
        }
        return NOWHERE;
    }

    private byte[] source(RoutingTables.Route route) {
        int place = place(route);
        return place == NOWHERE ? new byte[8] : padded(Macs.bytes(devices.get(place)));
    }

    private static byte[] padded(byte[] mac) {
        return Arrays.copyOf(mac, Long.BYTES);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    /// A map and what was put into it.
    private final class Table {
        private final MapInfo map;
        private final Map<String, byte[]> there = new LinkedHashMap<>();

        private Table(MapInfo map) {
            this.map = map;
        }

        private int sync(Map<String, byte[]> wanted) {
            there.keySet().removeIf(key -> !wanted.containsKey(key) && delete(key));
            int left = 0;
            for (Map.Entry<String, byte[]> entry : wanted.entrySet()) {
                byte @Nullable [] old = there.get(entry.getKey());
                if (old == null || !Arrays.equals(old, entry.getValue())) {
                    left += put(entry.getKey(), entry.getValue()) ? 0 : 1;
                }
            }
            return left;
        }

        private boolean delete(String key) {
            control.delete(map.id(), HexFormat.of().parseHex(key));
            return true;
        }

        private boolean put(String key, byte[] value) {
            try {
                control.update(map.id(), HexFormat.of().parseHex(key), value, 0);
                there.put(key, value);
                return true;
            } catch (ControlException e) {
                if (e.errno() == Errno.ENOSPC || e.errno() == Errno.E2BIG) {
                    return false;
                }
                throw e;
            }
        }
    }
}
