package io.xdp4j.core.trace;

/// Receives every tracepoint in one place, its fields as values: numbers as they are, actions and
/// memory types by the names that the kernel prints.
///
/// Thread: as [TraceListener].
@FunctionalInterface
public interface TraceEvents {
    /// An event.
    ///
    /// @param values in the order of [Tracepoint#fields]
    void event(Tracepoint point, Object... values);
}
