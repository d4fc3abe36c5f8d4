package io.xdp4j.linux.netlink;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// A route of a network namespace. Of several next hops the first that is alive is told.
///
/// - Thread: any; immutable.
/// - Kernel: `struct rtmsg` with `RTA_*` attributes.
///
/// @param table number of the table: 254 main, 255 local
/// @param type `RTN_*`
/// @param destination all zeros with prefix 0 for a default route
/// @param prefixLength bits of the destination
/// @param gateway next hop, of either family; null for destinations on the link
/// @param ifindex device the packets leave by; 0 for none
/// @param priority the smaller one wins; unsigned
/// @param source address to send from, or null
/// @param mtuBytes of the route; 0 for the device's
/// @param mtuLocked whether the MTU holds against path MTU discovery
/// @param encapsulated whether packets leave in a lightweight tunnel
/// @param dead whether no next hop can be used
public record RouteInfo(
        int table,
        int type,
        InetAddress destination,
        int prefixLength,
        @Nullable InetAddress gateway,
        int ifindex,
        int priority,
        @Nullable InetAddress source,
        int mtuBytes,
        boolean mtuLocked,
        boolean encapsulated,
        boolean dead) {
    public static final int RTN_UNICAST = 1;
    public static final int RTN_LOCAL = 2;
    public static final int RTN_BROADCAST = 3;
    public static final int RTN_BLACKHOLE = 6;
    public static final int RTN_UNREACHABLE = 7;
    public static final int RTN_PROHIBIT = 8;
    public static final int RTN_THROW = 9;
}
