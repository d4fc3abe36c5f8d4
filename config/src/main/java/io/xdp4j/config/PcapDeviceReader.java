package io.xdp4j.config;

import io.xdp4j.config.PcapDeviceSpec.Timing;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads a device with transport pcap.
final class PcapDeviceReader {
    static final List<String> KEYS =
            List.of("name", "transport", "file", "queues", "timing", "loop", "capture");

    private static final int MAX_LOOP = 1_000_000_000;

    private PcapDeviceReader() {}

    static DeviceSpec read(ConfigMapping device, Names names) {
        device.allow("a device with transport pcap", KEYS);
        return new PcapDeviceSpec(
                names.devices.defineDevice(device.node("name")),
                file(device),
                device.get("queues", DeviceReader::queues, 1),
                device.get("timing", n -> n.keyword(Timing.values()), Timing.RECORDED),
                device.get("loop", n -> n.integer(0, MAX_LOOP), 1),
                device.get("capture", ConfigNode::path, null),
                device.at());
    }

    private static @Nullable Path file(ConfigMapping device) {
        if (!device.has("file") && !device.has("capture")) {
            throw device.node("file").unexpected("file to replay, or capture to write");
        }
        return device.get("file", ConfigNode::path, null);
    }
}
