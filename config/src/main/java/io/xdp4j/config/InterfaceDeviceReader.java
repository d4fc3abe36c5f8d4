package io.xdp4j.config;

import io.xdp4j.config.InterfaceDeviceSpec.Fanout;
import io.xdp4j.config.InterfaceDeviceSpec.Offloads;
import io.xdp4j.config.InterfaceDeviceSpec.Ring;
import io.xdp4j.config.InterfaceDeviceSpec.Transport;
import io.xdp4j.config.InterfaceDeviceSpec.Xdp;
import java.time.Duration;
import java.util.List;

/// Reads a device with transport auto, af_packet or af_xdp.
final class InterfaceDeviceReader {
    static final List<String> KEYS =
            List.of(
                    "name",
                    "transport",
                    "interface",
                    "queues",
                    "promiscuous",
                    "offloads",
                    "fanout",
                    "ring",
                    "qdisc-bypass",
                    "xdp");

    private static final List<String> RING_KEYS = List.of("block-size", "blocks", "timeout");

    private static final List<String> XDP_KEYS =
            List.of("mode", "ring-size", "busy-poll", "checksums");
    private static final Xdp DEFAULT_XDP = new Xdp(Xdp.Mode.AUTO, 2048, false, Xdp.Checksums.AUTO);
    private static final int MIN_RING_ENTRIES = 64;
    private static final int MAX_RING_ENTRIES = 1 << 15;

    /// The longest GSO frame must fit a block.
    private static final int MIN_BLOCK_BYTES = 128 << 10;

    private static final int MAX_BLOCK_BYTES = 64 << 20;
    private static final int MIN_BLOCKS = 2;
    private static final int MAX_BLOCKS = 1024;
    private static final Ring DEFAULT_RING = new Ring(1 << 20, 16, Duration.ofMillis(1));

    private InterfaceDeviceReader() {}

    static DeviceSpec read(ConfigMapping device, Names names) {
        ConfigNode transport = device.node("transport");
        device.allow("a device with transport " + transport.shown(), KEYS);
        return new InterfaceDeviceSpec(
                names.devices.defineDevice(device.node("name")),
                transport.keyword(Transport.values()),
                interfaceName(device.node("interface"), names),
                device.get("queues", DeviceReader::queues, 1),
                device.get("promiscuous", ConfigNode::bool, true),
                device.get("offloads", n -> n.keyword(Offloads.values()), Offloads.AUTO),
                device.get("fanout", n -> n.keyword(Fanout.values()), Fanout.HASH),
                device.get("ring", InterfaceDeviceReader::ring, DEFAULT_RING),
                device.get("qdisc-bypass", ConfigNode::bool, true),
                device.get("xdp", InterfaceDeviceReader::xdp, DEFAULT_XDP),
                device.at());
    }

    static String interfaceName(ConfigNode node, Names names) {
        String name = node.text(NameTable.INTERFACE_NAME, NameTable.INTERFACE_NAME_EXPECTED);
        return names.claimInterface(node, name);
    }

    private static Ring ring(ConfigNode node) {
        ConfigMapping ring =
                node.mapping("a mapping with block-size, blocks, timeout")
                        .allow("a ring", RING_KEYS);
        return new Ring(
                ring.get(
                        "block-size",
                        InterfaceDeviceReader::blockSize,
                        DEFAULT_RING.blockSizeBytes()),
                ring.get("blocks", n -> n.integer(MIN_BLOCKS, MAX_BLOCKS), DEFAULT_RING.blocks()),
                ring.get("timeout", InterfaceDeviceReader::timeout, DEFAULT_RING.timeout()));
    }

    private static Xdp xdp(ConfigNode node) {
        ConfigMapping xdp =
                node.mapping("a mapping with mode, ring-size, busy-poll, checksums")
                        .allow("the AF_XDP settings", XDP_KEYS);
        return new Xdp(
                xdp.get("mode", n -> n.keyword(Xdp.Mode.values()), DEFAULT_XDP.mode()),
                xdp.get("ring-size", InterfaceDeviceReader::ringSize, DEFAULT_XDP.ringSize()),
                xdp.get("busy-poll", ConfigNode::bool, DEFAULT_XDP.busyPoll()),
                xdp.get(
                        "checksums",
                        n -> n.keyword(Xdp.Checksums.values()),
                        DEFAULT_XDP.checksums()));
    }

    private static int ringSize(ConfigNode node) {
        int entries = node.integer(MIN_RING_ENTRIES, MAX_RING_ENTRIES);
        if (Integer.bitCount(entries) != 1) {
            throw node.unexpected("a power of two, like 1024, 2048");
        }
        return entries;
    }

    private static int blockSize(ConfigNode node) {
        long bytes = node.sizeBytes(MIN_BLOCK_BYTES, MAX_BLOCK_BYTES);
        if (Long.bitCount(bytes) != 1) {
            throw node.unexpected("a power of two, like 256k, 1m");
        }
        return (int) bytes;
    }

    private static Duration timeout(ConfigNode node) {
        Duration timeout = node.duration(Duration.ofMillis(1), Duration.ofSeconds(1));
        if (timeout.toNanos() % 1_000_000 != 0) {
            throw node.unexpected("whole milliseconds");
        }
        return timeout;
    }
}
