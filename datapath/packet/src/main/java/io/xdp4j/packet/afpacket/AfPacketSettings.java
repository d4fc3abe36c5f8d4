package io.xdp4j.packet.afpacket;

import io.xdp4j.core.device.DeviceException;
import io.xdp4j.core.device.DeviceSpec;
import io.xdp4j.linux.afpacket.AfPacket;
import io.xdp4j.linux.afpacket.TpacketReq3;

/// Settings of an AF_PACKET device.
///
/// @param interfaceName the interface
/// @param queues receive sockets; more than one form a fanout group
/// @param promiscuous receive frames for any address
/// @param offloads what to do about the interface's offloads
/// @param fanoutMode `PACKET_FANOUT_*`
/// @param qdiscBypass send past the queueing discipline
/// @param blockBytes bytes of a ring block; the longest frame must fit one
/// @param blocks blocks of a ring
/// @param timeoutMillis after which a block is handed over though it is not full
record AfPacketSettings(
        String interfaceName,
        int queues,
        boolean promiscuous,
        OffloadMode offloads,
        int fanoutMode,
        boolean qdiscBypass,
        int blockBytes,
        int blocks,
        int timeoutMillis) {
    /// What to do about the interface's segmentation and checksum offloads.
    enum OffloadMode {
        /// Leave them on while the attached program takes frames of several chunks.
        AUTO,
        /// Never touch them; frames too long for the program are segmented here.
        KEEP,
        /// Turn them off while the device is open.
        OFF
    }

    private static final int FRAME_BYTES = 2048;
    private static final int MIN_BLOCK = 1 << 17;
    private static final int MAX_BLOCK = 1 << 26;

    static AfPacketSettings of(DeviceSpec spec) {
        return new AfPacketSettings(
                spec.text("interface", spec.name()),
                spec.integer("queues", 1),
                spec.flag("promiscuous", true),
                offloads(spec),
                fanout(spec),
                spec.flag("qdisc-bypass", true),
                blockBytes(spec),
                bounded(spec, "ring-blocks", 16, 2, 1024),
                bounded(spec, "ring-timeout-ms", 1, 1, 1000));
    }

    private static OffloadMode offloads(DeviceSpec spec) {
        String mode = spec.text("offloads", "auto");
        return switch (mode) {
            case "auto" -> OffloadMode.AUTO;
            case "keep" -> OffloadMode.KEEP;
            case "off" -> OffloadMode.OFF;
            default -> throw wrong(spec, "offloads", mode, "auto, keep or off");
        };
    }

    private static int fanout(DeviceSpec spec) {
        String mode = spec.text("fanout", "hash");
        return switch (mode) {
            case "hash" -> AfPacket.PACKET_FANOUT_HASH;
            case "lb" -> AfPacket.PACKET_FANOUT_LB;
            case "cpu" -> AfPacket.PACKET_FANOUT_CPU;
            case "rollover" -> AfPacket.PACKET_FANOUT_ROLLOVER;
            case "qm" -> AfPacket.PACKET_FANOUT_QM;
            default -> throw wrong(spec, "fanout", mode, "hash, lb, cpu, rollover or qm");
        };
    }

    private static int blockBytes(DeviceSpec spec) {
        int bytes = bounded(spec, "ring-block-size", 1 << 20, MIN_BLOCK, MAX_BLOCK);
        if (Integer.bitCount(bytes) != 1) {
            throw wrong(spec, "ring-block-size", Integer.toString(bytes), "a power of two");
        }
        return bytes;
    }

    private static int bounded(DeviceSpec spec, String option, int otherwise, int low, int high) {
        int value = spec.integer(option, otherwise);
        if (value < low || value > high) {
            throw wrong(spec, option, Integer.toString(value), low + ".." + high);
        }
        return value;
    }

    private static DeviceException wrong(
            DeviceSpec spec, String option, String value, String expected) {
        return new DeviceException(
                DeviceException.Kind.USAGE,
                spec.name() + ": " + option + ": " + value + " (expected: " + expected + ")");
    }

    TpacketReq3 ring() {
        return new TpacketReq3(blockBytes, blocks, FRAME_BYTES, timeoutMillis, 0, 0);
    }
}
