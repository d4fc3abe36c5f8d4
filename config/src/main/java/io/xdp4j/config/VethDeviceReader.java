package io.xdp4j.config;

import io.xdp4j.config.VethDeviceSpec.Fidelity;
import java.util.List;

/// Reads a device with transport veth.
///
/// The queues of the peer mirror those of the named end, so that each transmit queue meets a
/// receive queue, as veth requires before a program may be attached.
final class VethDeviceReader {
    static final List<String> KEYS =
            List.of(
                    "name",
                    "transport",
                    "peer",
                    "queues",
                    "rx-queues",
                    "tx-queues",
                    "peer-queues",
                    "peer-rx-queues",
                    "peer-tx-queues",
                    "mtu",
                    "mac",
                    "peer-mac",
                    "fidelity",
                    "qdisc");

    private static final int MAX_QDISC = 16_384;

    private VethDeviceReader() {}

    static DeviceSpec read(ConfigMapping device, Names names) {
        device.allow("a device with transport veth", KEYS);
        String name = names.devices.defineDevice(device.node("name"));
        String peer = names.devices.defineDevice(device.node("peer"));
        int rx = queues(device, "queues", "rx-queues", 1);
        int tx = queues(device, "queues", "tx-queues", 1);
        return new VethDeviceSpec(
                name,
                peer,
                rx,
                tx,
                queues(device, "peer-queues", "peer-rx-queues", tx),
                queues(device, "peer-queues", "peer-tx-queues", rx),
                device.get("mtu", DeviceReader::mtu, DeviceReader.DEFAULT_MTU),
                device.get("mac", ConfigNode::unicastMac, MacAddress.derivedFrom(name)),
                device.get("peer-mac", ConfigNode::unicastMac, MacAddress.derivedFrom(peer)),
                device.get("fidelity", n -> n.keyword(Fidelity.values()), Fidelity.STRICT),
                device.get("qdisc", n -> n.integer(0, MAX_QDISC), 0),
                device.at());
    }

    private static int queues(ConfigMapping device, String both, String own, int absent) {
        device.refuseBoth(both, own);
        return device.get(
                own, DeviceReader::queues, device.get(both, DeviceReader::queues, absent));
    }
}
