package io.xdp4j.core.napi;

/// Holds frames until the end of the poll.
@FunctionalInterface
public interface Flushable {
    /// Sends on what is held.
    ///
    /// Thread: the worker.
    void flush();
}
