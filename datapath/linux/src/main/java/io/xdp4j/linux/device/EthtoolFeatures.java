package io.xdp4j.linux.device;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Features that have a name and no command of their own, such as `tx-udp-segmentation`.
///
/// The kernel numbers them anew in each version, so the number is looked up by name every time.
///
/// - Kernel: `ETHTOOL_GFEATURES`, `ETHTOOL_SFEATURES`, `ETH_SS_FEATURES`.
final class EthtoolFeatures {
    private static final int ETHTOOL_GSTRINGS = 0x1b;
    private static final int ETHTOOL_GSSET_INFO = 0x37;
    private static final int ETHTOOL_GFEATURES = 0x3a;
    private static final int ETHTOOL_SFEATURES = 0x3b;
    private static final int ETH_SS_FEATURES = 4;
    private static final int ETH_GSTRING_LEN = 32;

    private static final int SSET_MASK = 8;
    private static final int SSET_DATA = 16;
    private static final int STRINGS = 12;
    private static final int BLOCKS = 8;
    private static final int GET_BLOCK_SIZE = 16;
    private static final int GET_AVAILABLE = 0;
    private static final int GET_ACTIVE = 8;
    private static final int SET_BLOCK_SIZE = 8;
    private static final int SET_VALID = 0;
    private static final int SET_REQUESTED = 4;

    private EthtoolFeatures() {}

    /// Whether the feature is on; false when the kernel does not know it.
    static boolean isActive(EthtoolIoctl ioctl, String ifname, String feature) {
        try (Arena arena = Arena.ofConfined()) {
            int count = count(arena, ioctl, ifname);
            int index = index(arena, ioctl, ifname, count, feature);
            return index >= 0 && bit(features(arena, ioctl, ifname, count), index, GET_ACTIVE);
        }
    }

    /// Turns the feature on or off where it differs and the driver lets it change.
    static void set(EthtoolIoctl ioctl, String ifname, String feature, boolean on) {
        try (Arena arena = Arena.ofConfined()) {
            int count = count(arena, ioctl, ifname);
            int index = index(arena, ioctl, ifname, count, feature);
            if (index < 0) {
                return;
            }
            MemorySegment now = features(arena, ioctl, ifname, count);
            if (bit(now, index, GET_AVAILABLE) && bit(now, index, GET_ACTIVE) != on) {
                request(arena, ioctl, ifname, count, index, on);
            }
        }
    }

    private static int count(Arena arena, EthtoolIoctl ioctl, String ifname) {
        MemorySegment info =
                EthtoolIoctl.command(arena, SSET_DATA + Integer.BYTES, ETHTOOL_GSSET_INFO);
        info.set(JAVA_LONG, SSET_MASK, 1L << ETH_SS_FEATURES);
        ioctl.call(ifname, info, "ETHTOOL_GSSET_INFO");
        return info.get(JAVA_LONG, SSET_MASK) == 0 ? 0 : info.get(JAVA_INT, SSET_DATA);
    }

    private static int index(
            Arena arena, EthtoolIoctl ioctl, String ifname, int count, String feature) {
        if (count == 0) {
            return -1;
        }
        MemorySegment strings =
                EthtoolIoctl.command(
                        arena, STRINGS + (long) count * ETH_GSTRING_LEN, ETHTOOL_GSTRINGS);
        strings.set(JAVA_INT, 4, ETH_SS_FEATURES);
        strings.set(JAVA_INT, 8, count);
        ioctl.call(ifname, strings, "ETHTOOL_GSTRINGS");
        for (int i = 0; i < count; i++) {
            long offset = STRINGS + (long) i * ETH_GSTRING_LEN;
            if (EthtoolIoctl.fixedString(strings, offset, ETH_GSTRING_LEN).equals(feature)) {
                return i;
            }
        }
        return -1;
    }

    private static MemorySegment features(
            Arena arena, EthtoolIoctl ioctl, String ifname, int count) {
        int blocks = (count + 31) / 32;
        MemorySegment memory =
                EthtoolIoctl.command(
                        arena, BLOCKS + (long) blocks * GET_BLOCK_SIZE, ETHTOOL_GFEATURES);
        memory.set(JAVA_INT, 4, blocks);
        ioctl.call(ifname, memory, "ETHTOOL_GFEATURES");
        return memory;
    }

    private static boolean bit(MemorySegment features, int index, int word) {
        long block = BLOCKS + (long) (index / 32) * GET_BLOCK_SIZE;
        return (features.get(JAVA_INT, block + word) >>> (index % 32) & 1) != 0;
    }

    private static void request(
            Arena arena, EthtoolIoctl ioctl, String ifname, int count, int index, boolean on) {
        int blocks = (count + 31) / 32;
        MemorySegment memory =
                EthtoolIoctl.command(
                        arena, BLOCKS + (long) blocks * SET_BLOCK_SIZE, ETHTOOL_SFEATURES);
        memory.set(JAVA_INT, 4, blocks);
        long block = BLOCKS + (long) (index / 32) * SET_BLOCK_SIZE;
        int bit = 1 << (index % 32);
        memory.set(JAVA_INT, block + SET_VALID, bit);
        memory.set(JAVA_INT, block + SET_REQUESTED, on ? bit : 0);
        ioctl.call(ifname, memory, "ETHTOOL_SFEATURES");
    }
}
