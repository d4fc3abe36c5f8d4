package io.xdp4j.linux.netlink;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads the payload of an `RTM_NEWROUTE` or `RTM_DELROUTE`.
///
/// - Thread: one at a time.
/// - Fails: empty for other families, cached clones and what makes no sense; never throws.
/// - Kernel: `struct rtmsg`, `struct rtnexthop`, `RTA_*`.
final class RouteParser {
    private static final int RTMSG_SIZE = 12;
    private static final int RTM_F_CLONED = 0x200;

    private static final int RTA_DST = 1;
    private static final int RTA_OIF = 4;
    private static final int RTA_GATEWAY = 5;
    private static final int RTA_PRIORITY = 6;
    private static final int RTA_PREFSRC = 7;
    private static final int RTA_METRICS = 8;
    private static final int RTA_MULTIPATH = 9;
    private static final int RTA_TABLE = 15;
    private static final int RTA_VIA = 18;
    private static final int RTA_ENCAP_TYPE = 21;
    private static final int RTAX_LOCK = 1;
    private static final int RTAX_MTU = 2;

    private static final int NEXTHOP_SIZE = 8;
    private static final int NEXTHOP_FLAGS = 2;
    private static final int NEXTHOP_IFINDEX = 4;
    private static final int RTNH_F_DEAD = 1;

    private final int family;
    private byte[] destination;
    private byte[] source = {};
    private @Nullable InetAddress gateway;
    private int table;
    private int ifindex;
    private int priority;
    private int mtuBytes;
    private int locked;
    private boolean encapsulated;
    private boolean dead;

    private RouteParser(int family, int table, boolean dead) {
        this.family = family;
        this.table = table;
        this.dead = dead;
        this.destination = new byte[IpBytes.length(family)];
    }

    static Optional<RouteInfo> parse(MemorySegment payload) {
        if (payload.byteSize() < RTMSG_SIZE || IpBytes.length(payload.get(JAVA_BYTE, 0)) < 0) {
            return Optional.empty();
        }
        int family = payload.get(JAVA_BYTE, 0);
        int prefixLength = payload.get(JAVA_BYTE, 1) & 0xff;
        int flags = payload.get(JAVA_INT_UNALIGNED, 8);
        if (prefixLength > 8 * IpBytes.length(family) || (flags & RTM_F_CLONED) != 0) {
            return Optional.empty();
        }
        RouteParser parser =
                new RouteParser(
                        family, payload.get(JAVA_BYTE, 4) & 0xff, (flags & RTNH_F_DEAD) != 0);
        parser.read(new Attributes(payload.asSlice(RTMSG_SIZE)));
        return parser.route(payload.get(JAVA_BYTE, 7) & 0xff, prefixLength);
    }

    private void read(Attributes attributes) {
        while (attributes.advance()) {
            switch (attributes.type()) {
                case RTA_DST -> destination = bytes(attributes);
                case RTA_PREFSRC -> source = bytes(attributes);
                case RTA_OIF -> ifindex = attributes.s32(ifindex);
                case RTA_PRIORITY -> priority = attributes.s32(priority);
                case RTA_TABLE -> table = attributes.s32(table);
                case RTA_METRICS -> readMetrics(attributes.nested());
                case RTA_MULTIPATH -> readNextHops(attributes.value());
                default -> readNextHop(attributes);
            }
        }
    }

    private void readNextHop(Attributes attributes) {
        switch (attributes.type()) {
            case RTA_GATEWAY -> gateway = address(bytes(attributes), family);
            case RTA_VIA -> readVia(attributes.value());
            case RTA_ENCAP_TYPE -> encapsulated = true;
            default -> {}
        }
    }

    /// A gateway of the other family (`struct rtvia`).
    private void readVia(MemorySegment value) {
        if (value.byteSize() > 2) {
            byte[] bytes = value.asSlice(2).toArray(JAVA_BYTE);
            gateway = address(bytes, value.get(JAVA_SHORT_UNALIGNED, 0));
        }
    }

    private void readMetrics(Attributes metrics) {
        while (metrics.advance()) {
            switch (metrics.type()) {
                case RTAX_LOCK -> locked = metrics.s32(0);
                case RTAX_MTU -> mtuBytes = metrics.s32(0);
                default -> {}
            }
        }
    }

    /// Takes the first next hop that is alive.
    private void readNextHops(MemorySegment value) {
        dead = true;
        long next = 0;
        while (dead && value.byteSize() - next >= NEXTHOP_SIZE) {
            int length = value.get(JAVA_SHORT_UNALIGNED, next) & 0xffff;
            if (length < NEXTHOP_SIZE || length > value.byteSize() - next) {
                return;
            }
            if ((value.get(JAVA_BYTE, next + NEXTHOP_FLAGS) & RTNH_F_DEAD) == 0) {
                dead = false;
                ifindex = value.get(JAVA_INT_UNALIGNED, next + NEXTHOP_IFINDEX);
                Attributes hop =
                        new Attributes(value.asSlice(next + NEXTHOP_SIZE, length - NEXTHOP_SIZE));
                while (hop.advance()) {
                    readNextHop(hop);
                }
            }
            next += (length + 3) & ~3;
        }
    }

    private Optional<RouteInfo> route(int type, int prefixLength) {
        if (destination.length != IpBytes.length(family)) {
            return Optional.empty();
        }
        return Optional.of(
                new RouteInfo(
                        table,
                        type,
                        IpBytes.address(destination),
                        prefixLength,
                        gateway,
                        ifindex,
                        priority,
                        address(source, family),
                        mtuBytes,
                        (locked & (1 << RTAX_MTU)) != 0,
                        encapsulated,
                        dead));
    }

    private static @Nullable InetAddress address(byte[] bytes, int family) {
        return bytes.length == IpBytes.length(family) ? IpBytes.address(bytes) : null;
    }

    private static byte[] bytes(Attributes attributes) {
        byte[] value = attributes.value().toArray(JAVA_BYTE);
        return Arrays.copyOf(value, Math.min(value.length, 16));
    }
}
