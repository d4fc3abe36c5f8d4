package io.xdp4j.config;

import java.util.List;

/// Reads a device with transport tap.
final class TapDeviceReader {
    static final List<String> KEYS =
            List.of("name", "transport", "interface", "queues", "mtu", "mac", "up");

    private TapDeviceReader() {}

    static DeviceSpec read(ConfigMapping device, Names names) {
        device.allow("a device with transport tap", KEYS);
        String name = names.devices.defineDevice(device.node("name"));
        return new TapDeviceSpec(
                name,
                interfaceName(device, name, names),
                device.get("queues", DeviceReader::queues, 1),
                device.get("mtu", DeviceReader::mtu, DeviceReader.DEFAULT_MTU),
                device.get("mac", ConfigNode::unicastMac, null),
                device.get("up", ConfigNode::bool, true),
                device.at());
    }

    private static String interfaceName(ConfigMapping device, String name, Names names) {
        return device.has("interface")
                ? InterfaceDeviceReader.interfaceName(device.node("interface"), names)
                : names.claimInterface(device.node("name"), name);
    }
}
