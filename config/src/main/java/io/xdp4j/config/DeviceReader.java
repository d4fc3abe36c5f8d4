package io.xdp4j.config;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Reads `devices`: the transport decides which reader takes over.
final class DeviceReader {
    static final int MAX_QUEUES = 64;
    static final int DEFAULT_MTU = 1500;

    private static final int MAX_DEVICES = 256;
    private static final int MIN_MTU = 68;
    private static final int MAX_MTU = 65535;
    private static final List<String> TRANSPORTS =
            List.of("auto", "af_packet", "af_xdp", "tap", "generator", "pcap", "veth");
    private static final List<String> ALL_KEYS =
            Stream.of(
                            InterfaceDeviceReader.KEYS,
                            TapDeviceReader.KEYS,
                            GeneratorDeviceReader.KEYS,
                            PcapDeviceReader.KEYS,
                            VethDeviceReader.KEYS)
                    .flatMap(List::stream)
                    .distinct()
                    .toList();

    private DeviceReader() {}

    static List<DeviceSpec> readAll(ConfigNode node, Names names) {
        List<DeviceSpec> devices = new ArrayList<>();
        for (ConfigNode item : node.items(1, MAX_DEVICES, "devices")) {
            devices.add(read(item.mapping("a mapping with name and transport"), names));
        }
        return devices;
    }

    private static DeviceSpec read(ConfigMapping device, Names names) {
        if (!device.has("transport")) {
            device.allow("a device", ALL_KEYS);
        }
        return switch (device.node("transport").oneOf(TRANSPORTS)) {
            case "tap" -> TapDeviceReader.read(device, names);
            case "generator" -> GeneratorDeviceReader.read(device, names);
            case "pcap" -> PcapDeviceReader.read(device, names);
            case "veth" -> VethDeviceReader.read(device, names);
            default -> InterfaceDeviceReader.read(device, names);
        };
    }

    static int queues(ConfigNode node) {
        return node.integer(1, MAX_QUEUES);
    }

    static int mtu(ConfigNode node) {
        return node.integer(MIN_MTU, MAX_MTU);
    }
}
