package io.xdp4j.programs.bridge;

/// How many frames a second a port may send into the switch that would be flooded.
///
/// A port has a token bucket for each kind and each of its receive queues: the limit is split
/// evenly over the queues, because each queue has one worker that counts without a lock. A bucket
/// holds one second's worth. Traffic that arrives by some of the queues only is thus held to their
/// shares.
///
/// Thread: immutable.
/// Owns: nothing.
/// Fails: [IllegalArgumentException] for a limit out of range.
/// Kernel: none; hardware switches call it storm control.
///
/// @param broadcast frames a second to the broadcast address; [#NONE] is no limit
/// @param multicast frames a second to other group addresses; [#NONE] is no limit
/// @param unknownUnicast frames a second to addresses not in the table; [#NONE] is no limit
public record StormLimit(long broadcast, long multicast, long unknownUnicast) {
    /// No limit.
    public static final long NONE = 0;

    /// No limit on any kind.
    public static final StormLimit UNLIMITED = new StormLimit(NONE, NONE, NONE);

    private static final long MAX_RATE = 1_000_000_000;

    public StormLimit {
        check("broadcast", broadcast);
        check("multicast", multicast);
        check("unknownUnicast", unknownUnicast);
    }

    private static void check(String name, long rate) {
        if (rate < NONE || rate > MAX_RATE) {
            throw new IllegalArgumentException(
                    name + ": " + rate + " (expected: 0 for no limit, or up to " + MAX_RATE + ")");
        }
    }
}
