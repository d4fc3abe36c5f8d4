package io.xdp4j.tools.classic;

import io.xdp4j.linux.netlink.LinkInfo;
import io.xdp4j.linux.netlink.NeighbourInfo;
import io.xdp4j.linux.netlink.NetlinkMonitor;
import io.xdp4j.linux.netlink.RouteInfo;
import io.xdp4j.linux.netlink.RtNetlink;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The main routing table of the host and its IPv4 neighbours. Any event has all read anew: tables
/// of a size that the program takes are read faster than events are told apart.
///
/// Thread: one.
/// Owns: two sockets, until closed.
final class HostRoutes implements RouteSource {
    private static final int MAIN_TABLE = 254;

    private final NetlinkMonitor monitor;
    private final RtNetlink netlink;
    private boolean stale = true;

    private HostRoutes(NetlinkMonitor monitor, RtNetlink netlink) {
        this.monitor = monitor;
        this.netlink = netlink;
    }

    static HostRoutes open() {
        NetlinkMonitor monitor =
                NetlinkMonitor.open(
                        NetlinkMonitor.RTMGRP_LINK
                                | NetlinkMonitor.RTMGRP_NEIGH
                                | NetlinkMonitor.RTMGRP_IPV4_IFADDR
                                | NetlinkMonitor.RTMGRP_IPV4_ROUTE);
        try {
            return new HostRoutes(monitor, RtNetlink.open());
        } catch (RuntimeException e) {
            monitor.close();
            throw e;
        }
    }

    @Override
    public Optional<RoutingTables> changed() {
        boolean read = monitor.receive(_ -> stale = true) > 0 || stale;
        stale = false;
        return read ? Optional.of(tables()) : Optional.empty();
    }

    private RoutingTables tables() {
        Map<Integer, String> names = new HashMap<>();
        for (LinkInfo link : netlink.links()) {
            names.put(link.ifindex(), link.name());
        }
        List<RoutingTables.Route> routes = new ArrayList<>();
        for (RouteInfo route : netlink.routes()) {
            if (isUsable(route)) {
                routes.add(
                        new RoutingTables.Route(
                                route.destination(),
                                route.prefixLength(),
                                route.gateway(),
                                names.getOrDefault(route.ifindex(), ""),
                                route.priority()));
            }
        }
        List<RoutingTables.Neighbour> neighbours = new ArrayList<>();
        for (NeighbourInfo neighbour : netlink.neighbours()) {
            boolean isIpv4 = neighbour.address().getAddress().length == Integer.BYTES;
            if (isIpv4 && neighbour.isValid() && neighbour.linkAddress().value() != 0) {
                neighbours.add(
                        new RoutingTables.Neighbour(
                                neighbour.address(), bytes(neighbour.linkAddress().value())));
            }
        }
        return new RoutingTables(routes, neighbours);
    }

    private static boolean isUsable(RouteInfo route) {
        return route.table() == MAIN_TABLE
                && route.type() == RouteInfo.RTN_UNICAST
                && !route.dead()
                && route.destination().getAddress().length == Integer.BYTES
                && (route.gateway() == null
                        || route.gateway().getAddress().length == Integer.BYTES);
    }

    private static byte[] bytes(long mac) {
        byte[] bytes = new byte[Long.BYTES];
        ByteBuffer.wrap(bytes).putLong(mac);
        return Arrays.copyOfRange(bytes, 2, Long.BYTES);
    }

    @Override
    public void close() {
        monitor.close();
        netlink.close();
    }
}
