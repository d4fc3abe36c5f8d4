package io.xdp4j.linux.device;

/// How many hardware queues a device has, and how many it uses.
///
/// - Kernel: `struct ethtool_channels`; `ethtool -l`.
///
/// @param maxRx queues that only receive, at most
/// @param maxTx queues that only send, at most
/// @param maxOther queues for other things, at most
/// @param maxCombined queues that receive and send, at most
/// @param rx receiving queues in use
/// @param tx sending queues in use
/// @param other other queues in use
/// @param combined receiving and sending queues in use
public record Channels(
        int maxRx,
        int maxTx,
        int maxOther,
        int maxCombined,
        int rx,
        int tx,
        int other,
        int combined) {

    /// Queues that frames can arrive at.
    public int rxQueues() {
        return rx + combined;
    }

    /// Queues that frames can leave by.
    public int txQueues() {
        return tx + combined;
    }

    /// The same limits with other counts, for [Ethtool#setChannels(java.lang.String,
    /// Channels)][Ethtool#setChannels].
    public Channels withCounts(int rx, int tx, int combined) {
        return new Channels(maxRx, maxTx, maxOther, maxCombined, rx, tx, other, combined);
    }
}
