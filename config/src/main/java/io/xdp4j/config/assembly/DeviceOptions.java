package io.xdp4j.config.assembly;

import io.xdp4j.config.DeviceSpec;
import io.xdp4j.config.GeneratorDeviceSpec;
import io.xdp4j.config.InterfaceDeviceSpec;
import io.xdp4j.config.MacAddress;
import io.xdp4j.config.PcapDeviceSpec;
import io.xdp4j.config.TapDeviceSpec;
import io.xdp4j.config.VethDeviceSpec;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Turns a device's typed record into the options that its transport takes.
final class DeviceOptions {
    private final Map<String, Object> options = new HashMap<>();

    private DeviceOptions() {}

    static io.xdp4j.core.device.DeviceSpec of(DeviceSpec spec) {
        DeviceOptions out = new DeviceOptions();
        String transport =
                switch (spec) {
                    case InterfaceDeviceSpec device -> out.ofInterface(device);
                    case TapDeviceSpec device -> out.ofTap(device);
                    case GeneratorDeviceSpec device -> out.ofGenerator(device);
                    case PcapDeviceSpec device -> out.ofPcap(device);
                    case VethDeviceSpec device -> out.ofVeth(device);
                };
        return new io.xdp4j.core.device.DeviceSpec(spec.name(), transport, out.options);
    }

    private String ofInterface(InterfaceDeviceSpec device) {
        options.put("interface", device.interfaceName());
        options.put("queues", device.queues());
        options.put("promiscuous", device.promiscuous());
        options.put("offloads", word(device.offloads()));
        options.put("fanout", word(device.fanout()));
        options.put("qdisc-bypass", device.qdiscBypass());
        options.put("ring-block-size", device.ring().blockSizeBytes());
        options.put("ring-blocks", device.ring().blocks());
        options.put("ring-timeout-ms", device.ring().timeout().toMillis());
        options.put("xdp-mode", word(device.xdp().mode()));
        options.put("xdp-ring-size", device.xdp().ringSize());
        options.put("xdp-busy-poll", device.xdp().busyPoll());
        options.put("xdp-checksums", word(device.xdp().checksums()));
        return word(device.transport());
    }

    private String ofTap(TapDeviceSpec device) {
        options.put("interface", device.interfaceName());
        options.put("queues", device.queues());
        options.put("mtu", device.mtu());
        options.put("up", device.up());
        put("mac", device.mac());
        return "tap";
    }

    private String ofGenerator(GeneratorDeviceSpec device) {
        options.put("queues", device.queues());
        options.put("mtu", device.mtu());
        put("mac", device.mac());
        options.put("flows", device.flows());
        options.put("sizes", device.sizes());
        options.put("rate", device.rate());
        options.put("count", device.count());
        options.put("seed", device.seed());
        options.put("protocols", device.protocols().stream().map(DeviceOptions::word).toList());
        options.put(
                "ip-version",
                switch (device.ipVersion()) {
                    case V4 -> "4";
                    case V6 -> "6";
                    case BOTH -> "both";
                });
        put("src-mac", device.srcMac());
        put("dst-mac", device.dstMac());
        if (device.vlan() != 0) {
            options.put("vlan", device.vlan());
        }
        options.put("bidirectional", device.bidirectional());
        put("capture", device.capture());
        return "generator";
    }

    private String ofPcap(PcapDeviceSpec device) {
        put("file", device.file());
        options.put("queues", device.queues());
        options.put("timing", word(device.timing()));
        options.put("loop", device.loop());
        put("capture", device.capture());
        return "pcap";
    }

    private String ofVeth(VethDeviceSpec device) {
        options.put("peer", device.peer());
        options.put("rx-queues", device.rxQueues());
        options.put("tx-queues", device.txQueues());
        options.put("peer-rx-queues", device.peerRxQueues());
        options.put("peer-tx-queues", device.peerTxQueues());
        options.put("mtu", device.mtu());
        options.put("peer-mtu", device.mtu());
        options.put("fidelity", word(device.fidelity()));
        options.put("qdisc", device.qdisc());
        put("mac", device.mac());
        put("peer-mac", device.peerMac());
        return "veth";
    }

    private void put(String option, @Nullable MacAddress mac) {
        if (mac != null) {
            options.put(option, mac.toString());
        }
    }

    private void put(String option, @Nullable Path path) {
        if (path != null) {
            options.put(option, path.toString());
        }
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
