package io.xdp4j.afxdp.device;

import io.xdp4j.core.device.DeviceException;
import io.xdp4j.core.device.DeviceSpec;
import java.util.List;

/// Settings of an AF_XDP device.
///
/// @param interfaceName the interface
/// @param promiscuous receive frames for any address
/// @param reduceOffloads turn off, while open, the offloads that would hide bytes from XDP
/// @param ladder the modes to try, in order
/// @param ringSize entries of each ring
/// @param busyPoll have the kernel's NAPI run in our system calls only
/// @param checksums whether received checksums may be unfinished
record AfXdpSettings(
        String interfaceName,
        boolean promiscuous,
        boolean reduceOffloads,
        List<XskMode> ladder,
        int ringSize,
        boolean busyPoll,
        Checksums checksums) {
    /// What received checksums are worth.
    enum Checksums {
        /// Finished by the sender where the interface is hardware, perhaps not where it is virtual.
        AUTO,
        /// Always finished.
        TRUST,
        /// Perhaps not finished.
        COMPLETE
    }

    private static final int MIN_RING = 64;
    private static final int MAX_RING = 1 << 15;

    static AfXdpSettings of(DeviceSpec spec) {
        return new AfXdpSettings(
                spec.text("interface", spec.name()),
                spec.flag("promiscuous", true),
                !spec.text("offloads", "auto").equals("keep"),
                ladder(spec),
                ringSize(spec),
                spec.flag("xdp-busy-poll", false),
                checksums(spec));
    }

    private static List<XskMode> ladder(DeviceSpec spec) {
        String mode = spec.text("xdp-mode", "auto");
        return switch (mode) {
            case "auto" -> List.of(XskMode.values());
            case "zerocopy" -> List.of(XskMode.ZERO_COPY);
            case "native" -> List.of(XskMode.ZERO_COPY, XskMode.NATIVE_COPY);
            case "copy" -> List.of(XskMode.NATIVE_COPY, XskMode.GENERIC_COPY);
            case "generic" -> List.of(XskMode.GENERIC_COPY);
            default ->
                    throw wrong(spec, "xdp-mode", mode, "auto, zerocopy, native, copy or generic");
        };
    }

    private static int ringSize(DeviceSpec spec) {
        int size = spec.integer("xdp-ring-size", 2048);
        if (size < MIN_RING || size > MAX_RING || Integer.bitCount(size) != 1) {
            String expected = "a power of two, " + MIN_RING + ".." + MAX_RING;
            throw wrong(spec, "xdp-ring-size", Integer.toString(size), expected);
        }
        return size;
    }

    private static Checksums checksums(DeviceSpec spec) {
        String mode = spec.text("xdp-checksums", "auto");
        return switch (mode) {
            case "auto" -> Checksums.AUTO;
            case "trust" -> Checksums.TRUST;
            case "complete" -> Checksums.COMPLETE;
            default -> throw wrong(spec, "xdp-checksums", mode, "auto, trust or complete");
        };
    }

    private static DeviceException wrong(
            DeviceSpec spec, String option, String value, String expected) {
        return new DeviceException(
                DeviceException.Kind.USAGE,
                spec.name() + ": " + option + ": " + value + " (expected: " + expected + ")");
    }
}
