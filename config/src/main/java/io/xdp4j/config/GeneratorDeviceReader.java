package io.xdp4j.config;

import io.xdp4j.config.GeneratorDeviceSpec.IpVersion;
import io.xdp4j.config.GeneratorDeviceSpec.Protocol;
import io.xdp4j.programs.bridge.VlanSet;
import java.util.List;

/// Reads a device with transport generator.
final class GeneratorDeviceReader {
    static final List<String> KEYS =
            List.of(
                    "name",
                    "transport",
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

    private static final int MAX_FLOWS = 1_000_000;
    private static final int MAX_SIZES = 64;
    private static final int MIN_FRAME = 60;
    private static final int DEFAULT_FRAME = 64;
    private static final int ETHERNET_HEADER = 14;
    private static final int VLAN_TAG = 4;
    private static final int MAX_RATE = 1_000_000_000;
    private static final long MAX_COUNT = 1_000_000_000_000_000L;

    private GeneratorDeviceReader() {}

    static DeviceSpec read(ConfigMapping device, Names names) {
        device.allow("a device with transport generator", KEYS);
        String name = names.devices.defineDevice(device.node("name"));
        int mtu = device.get("mtu", DeviceReader::mtu, DeviceReader.DEFAULT_MTU);
        MacAddress mac = device.get("mac", ConfigNode::unicastMac, MacAddress.derivedFrom(name));
        int vlan = device.get("vlan", GeneratorDeviceReader::vlan, 0);
        return new GeneratorDeviceSpec(
                name,
                device.get("queues", DeviceReader::queues, 1),
                mtu,
                mac,
                device.get("flows", n -> n.integer(1, MAX_FLOWS), 64),
                sizes(device, mtu + ETHERNET_HEADER + (vlan == 0 ? 0 : VLAN_TAG)),
                device.get("rate", n -> n.integer(0, MAX_RATE), 0),
                device.get("count", n -> n.integer(0L, MAX_COUNT), 0L),
                device.get("seed", GeneratorDeviceReader::seed, 1L),
                device.get("protocols", GeneratorDeviceReader::protocols, List.of(Protocol.UDP)),
                device.get("ip-version", GeneratorDeviceReader::ipVersion, IpVersion.V4),
                device.get(
                        "src-mac",
                        ConfigNode::unicastMac,
                        MacAddress.derivedFrom("sender to " + name)),
                device.get("dst-mac", ConfigNode::mac, mac),
                vlan,
                device.get("bidirectional", ConfigNode::bool, false),
                device.get("capture", ConfigNode::path, null),
                device.at());
    }

    private static List<Integer> sizes(ConfigMapping device, int max) {
        device.refuseBoth("size", "sizes");
        if (device.has("sizes")) {
            return device.node("sizes").items(1, MAX_SIZES, "frame lengths").stream()
                    .map(node -> node.integer(MIN_FRAME, max))
                    .toList();
        }
        return List.of(
                device.get(
                        "size",
                        node -> node.integer(MIN_FRAME, max),
                        Math.min(DEFAULT_FRAME, max)));
    }

    private static List<Protocol> protocols(ConfigNode node) {
        return Unique.items(
                node.items(1, Protocol.values().length, "protocols"),
                n -> n.keyword(Protocol.values()));
    }

    private static IpVersion ipVersion(ConfigNode node) {
        return switch (node.oneOf(List.of("4", "6", "both"))) {
            case "4" -> IpVersion.V4;
            case "6" -> IpVersion.V6;
            default -> IpVersion.BOTH;
        };
    }

    private static int vlan(ConfigNode node) {
        return node.integer(VlanSet.MIN_ID, VlanSet.MAX_ID);
    }

    private static long seed(ConfigNode node) {
        return node.integer(Long.MIN_VALUE, Long.MAX_VALUE, "integer of 64 bits");
    }
}
