package io.xdp4j.tools.xsk;

/// A loop that goes round until it is stopped.
///
/// Thread: one.
public interface XskRun {
    /// True once the loop has ended by itself.
    boolean isDone();

    /// Ends the loop and waits for the end of its turn.
    void stop();
}
