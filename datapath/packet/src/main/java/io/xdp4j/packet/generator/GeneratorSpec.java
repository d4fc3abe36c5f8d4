package io.xdp4j.packet.generator;

import io.xdp4j.core.device.DeviceInit;
import io.xdp4j.core.device.DeviceSpec;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.packet.pcap.DeviceOptions;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a generator makes.
///
/// @param init name, MTU, MAC, queues
/// @param flows different flows, reverse directions not counted
/// @param sizes frame lengths, in turn
/// @param rate frames a second over all queues, 0 for as fast as possible
/// @param count frames in all, 0 for no end
/// @param seed of the addresses and ports
/// @param protocols in turn over the flows
/// @param ipVersions 4, 6 or both, in turn over the flows
/// @param sourceMac of the frames
/// @param destinationMac of the frames
/// @param vlan tag of the frames, 0 for none
/// @param bidirectional whether each flow is made in both directions
/// @param capture file for what the device transmits
record GeneratorSpec(
        DeviceInit init,
        int flows,
        List<Integer> sizes,
        long rate,
        long count,
        long seed,
        List<Protocol> protocols,
        List<Integer> ipVersions,
        long sourceMac,
        long destinationMac,
        int vlan,
        boolean bidirectional,
        @Nullable String capture) {
    private static final Set<String> OPTIONS =
            Set.of(
                    "queues",
                    "mtu",
                    "mac",
                    "flows",
                    "size",
                    "sizes",
                    "rate",
                    "count",
                    "seed",
                    "protocols",
                    "ip-version",
                    "src-mac",
                    "dst-mac",
                    "vlan",
                    "bidirectional",
                    "capture");
    private static final int MIN_FRAME = 60;
    private static final int DEFAULT_FRAME = 64;
    private static final int MAX_FLOWS = 1_000_000;
    private static final long MAX_RATE = 1_000_000_000;
    private static final long MAX_COUNT = 1_000_000_000_000_000L;
    private static final int MAX_VLAN = 4094;
    private static final int VLAN_TAG = 4;

    /// What the IP header carries.
    enum Protocol {
        UDP,
        TCP,
        ICMP
    }

    static GeneratorSpec of(DeviceSpec spec) {
        DeviceOptions options = new DeviceOptions(spec, OPTIONS);
        long mac = options.mac("mac", DeviceOptions.macOf(spec.name()));
        int mtu = options.integer("mtu", 68, 65_535, 1500);
        int vlan = options.integer("vlan", 1, MAX_VLAN, 0);
        DeviceInit init =
                new DeviceInit(spec.name(), 0, mtu, mac, options.integer("queues", 1, 64, 1));
        return new GeneratorSpec(
                init,
                options.integer("flows", 1, MAX_FLOWS, 64),
                sizes(options, mtu + NetDevice.ETH_HLEN + (vlan == 0 ? 0 : VLAN_TAG)),
                options.number("rate", 0, MAX_RATE, 0),
                options.number("count", 0, MAX_COUNT, 0),
                options.number("seed", Long.MIN_VALUE, Long.MAX_VALUE, 1),
                options.someOf("protocols", List.of("udp", "tcp", "icmp"), List.of("udp")).stream()
                        .map(word -> Protocol.valueOf(word.toUpperCase(Locale.ROOT)))
                        .toList(),
                switch (options.oneOf("ip-version", List.of("4", "6", "both"), "4")) {
                    case "4" -> List.of(4);
                    case "6" -> List.of(6);
                    default -> List.of(4, 6);
                },
                options.mac("src-mac", DeviceOptions.macOf("sender to " + spec.name())),
                options.mac("dst-mac", mac),
                vlan,
                options.flag("bidirectional"),
                options.textOrNull("capture"));
    }

    private static List<Integer> sizes(DeviceOptions options, int max) {
        if (options.has("size") && options.has("sizes")) {
            throw options.usage("sizes", "beside size", "one of the two");
        }
        String option = options.has("size") ? "size" : "sizes";
        return options.integers(option, MIN_FRAME, max, List.of(Math.min(DEFAULT_FRAME, max)));
    }
}
