package io.xdp4j.programs.bridge;

import java.util.List;

/// A copy of what ports receive or send.
///
/// A received frame is copied as it came, also when the switch then drops it; a sent frame as it
/// leaves, tags included, once for each watched port that sends it. The port that gets the copies
/// may be a port of the switch, which then gets its own traffic too, or any other device, on which
/// the switch runs no program.
///
/// Thread: immutable.
/// Owns: nothing.
/// Fails: [IllegalArgumentException] when a port would watch itself.
/// Kernel: `tc ... action mirred egress mirror`.
///
/// @param from device names of the watched ports
/// @param to name of the device that gets the copies
/// @param direction which frames are copied
public record MirrorSpec(List<String> from, String to, Direction direction) {

    /// Which frames of a port are mirrored.
    public enum Direction {
        /// Those it receives.
        INGRESS,
        /// Those it sends.
        EGRESS,
        /// All.
        BOTH
    }

    public MirrorSpec {
        from = List.copyOf(from);
        if (from.contains(to)) {
            throw new IllegalArgumentException("to: " + to + " (expected: none of " + from + ")");
        }
    }

    boolean copiesReceived(String port) {
        return direction != Direction.EGRESS && from.contains(port);
    }

    boolean copiesSent(String port) {
        return direction != Direction.INGRESS && from.contains(port);
    }
}
