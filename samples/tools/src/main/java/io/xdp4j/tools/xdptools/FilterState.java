package io.xdp4j.tools.xdptools;

import io.xdp4j.control.Attachment;
import io.xdp4j.control.DatapathControl;
import io.xdp4j.control.DeviceInfo;
import io.xdp4j.control.MapEntry;
import io.xdp4j.control.MapInfo;
import io.xdp4j.control.ObjectInfo;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.exit.ExitCode;
import io.xdp4j.tools.session.IpText;
import io.xdp4j.tools.session.Macs;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The filter that is loaded into a datapath: its object, its rules, the devices it is on.
///
/// Thread: that of the command.
/// Fails: [CommandException] when there is none, [io.xdp4j.control.ControlException] for what the
/// datapath refuses.
final class FilterState {
    static final String PROGRAM_PREFIX = "xdpfilt_";

    private static final String STATS = "xdp_stats_map";
    private static final int PAGE = 4096;
    private static final int PORT_BYTES = 4;

    private final DatapathControl control;
    private final ObjectInfo object;

    private FilterState(DatapathControl control, ObjectInfo object) {
        this.control = control;
        this.object = object;
    }

    static Optional<FilterState> find(DatapathControl control) {
        return control.objects().stream()
                .filter(FilterState::isFilter)
                .findFirst()
                .map(object -> new FilterState(control, object));
    }

    static boolean isFilter(ObjectInfo object) {
        return object.maps().stream().anyMatch(map -> map.name().equals(STATS))
                && object.programs().stream().anyMatch(p -> p.name().startsWith(PROGRAM_PREFIX));
    }

    static FilterState of(DatapathControl control) {
        return find(control)
                .orElseThrow(() ->
                        new CommandException(
                                ExitCode.RUNTIME,
                                "Couldn't find stats map. Maybe xdp-filter is not loaded?"
                                        + " (expected: ./xdp4j filter load IFNAME before)"));
    }

    ObjectInfo object() {
        return object;
    }

    // ---- devices

    /// A device that the filter is on.
    record Place(DeviceInfo device, Attachment attached) {
        /// Its name says the policy and the features.
        String program() {
            return attached.name();
        }
    }

    List<Place> places() {
        List<Place> places = new ArrayList<>();
        for (DeviceInfo device : control.devices()) {
            for (Attachment attached : device.attached()) {
                if (attached.name().startsWith(PROGRAM_PREFIX)) {
                    places.add(new Place(device, attached));
                }
            }
        }
        return places;
    }

    // ---- counters

    /// Packets and bytes with one verdict.
    record Traffic(long packets, long bytes) {}

    Traffic traffic(int action) {
        MapInfo map = map(STATS, "load");
        ByteBuffer value = little(control.lookup(map.id(), word(action)));
        long packets = 0;
        long bytes = 0;
        while (value.remaining() >= 2 * Long.BYTES) {
            packets += value.getLong();
            bytes += value.getLong();
        }
        return new Traffic(packets, bytes);
    }

    private static ByteBuffer little(byte @Nullable [] value) {
        return ByteBuffer.wrap(value == null ? new byte[0] : value).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] word(int number) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(number)
                .array();
    }

    // ---- rules

    /// The map of that name; `feature` is what to load for it.
    private MapInfo map(String name, String feature) {
        return findMap(name)
                .orElseThrow(() ->
                        new CommandException(
                                ExitCode.RUNTIME,
                                "Couldn't find map "
                                        + name
                                        + "; is xdp-filter loaded with the right features ("
                                        + feature
                                        + ")?"));
    }

    private Optional<MapInfo> findMap(String name) {
        return object.maps().stream().filter(map -> map.name().equals(name)).findFirst();
    }

    static byte[] portKey(int port) {
        return new byte[] {(byte) (port >>> 8), (byte) port, 0, 0};
    }

    MapInfo portMap() {
        return map("filter_ports", "udp and/or tcp");
    }

    MapInfo addressMap(byte[] address) {
        return address.length == PORT_BYTES
                ? map("filter_ipv4", "ipv4")
                : map("filter_ipv6", "ipv6");
    }

    MapInfo etherMap() {
        return map("filter_ethernet", "ethernet");
    }

    /// Adds bits to an entry, on every CPU; counts of hits stay.
    void add(MapInfo map, byte[] key, int bits) {
        byte[] old = control.lookup(map.id(), key);
        byte[] bytes = old == null ? new byte[map.userValueSize()] : old;
        ByteBuffer value = little(bytes);
        for (int at = 0; at < value.capacity(); at += Long.BYTES) {
            value.putLong(at, value.getLong(at) | bits);
        }
        control.update(map.id(), key, bytes, 0);
    }

    /// Takes bits away; an entry without a direction, or a port without a protocol, is none. False
    /// when there was no such entry.
    boolean remove(MapInfo map, byte[] key, int bits) {
        byte[] old = control.lookup(map.id(), key);
        ByteBuffer value = little(old);
        if (old == null || FilterBits.of(value.getLong(0)) == 0) {
            return false;
        }
        int left = FilterBits.of(value.getLong(0)) & ~bits;
        boolean isPort = map.type().contains("array");
        boolean isNone =
                (left & FilterBits.DIRECTIONS) == 0
                        || (isPort && (left & FilterBits.PROTOCOLS) == 0);
        for (int at = 0; at < value.capacity(); at += Long.BYTES) {
            value.putLong(at, isNone ? 0 : value.getLong(at) & ~(long) bits);
        }
        if (isNone && !isPort) {
            control.delete(map.id(), key);
        } else {
            control.update(map.id(), key, old, 0);
        }
        return true;
    }

    List<FilterEntry> ports() {
        return findMap("filter_ports")
                .map(map -> entries(map, FilterState::port))
                .orElse(List.of())
                .stream()
                .sorted(Comparator.comparingInt(e -> Integer.parseInt(e.what())))
                .toList();
    }

    private static String port(byte[] key) {
        return String.valueOf((key[0] & 0xff) << 8 | (key[1] & 0xff));
    }

    List<FilterEntry> addresses() {
        List<FilterEntry> entries = new ArrayList<>();
        for (String name : List.of("filter_ipv6", "filter_ipv4")) {
            findMap(name).ifPresent(map -> entries.addAll(entries(map, FilterState::address)));
        }
        return entries;
    }

    private static String address(byte[] key) {
        try {
            return IpText.of(InetAddress.getByAddress(key));
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    List<FilterEntry> macs() {
        return findMap("filter_ethernet").map(map -> entries(map, Macs::text)).orElse(List.of());
    }

    private List<FilterEntry> entries(MapInfo map, Function<byte[], String> name) {
        List<FilterEntry> rules = new ArrayList<>();
        byte @Nullable [] last = null;
        while (true) {
            List<MapEntry> page = control.entries(map.id(), last, PAGE);
            for (MapEntry entry : page) {
                ByteBuffer value = little(entry.value());
                int bits = FilterBits.of(value.getLong(0));
                if (bits != 0) {
                    rules.add(new FilterEntry(name.apply(entry.key()), bits, hits(value)));
                }
            }
            if (page.size() < PAGE) {
                return rules;
            }
            last = page.getLast().key();
        }
    }

    private static long hits(ByteBuffer value) {
        long hits = 0;
        while (value.remaining() >= Long.BYTES) {
            hits += FilterBits.hits(value.getLong());
        }
        return hits;
    }
}
