package io.xdp4j.programs.bridge;

/// Why a frame goes to every port.
enum FloodKind {
    BROADCAST,
    MULTICAST,
    UNKNOWN_UNICAST;

    private static final long BROADCAST_MAC = (1L << 48) - 1;

    static FloodKind ofGroup(long mac) {
        return mac == BROADCAST_MAC ? BROADCAST : MULTICAST;
    }

    /// This kind's share of a limit, in frames a second.
    long rateOf(StormLimit limit) {
        return switch (this) {
            case BROADCAST -> limit.broadcast();
            case MULTICAST -> limit.multicast();
            case UNKNOWN_UNICAST -> limit.unknownUnicast();
        };
    }
}
