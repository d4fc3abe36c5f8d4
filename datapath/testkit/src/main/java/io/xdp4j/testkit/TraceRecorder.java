package io.xdp4j.testkit;

import io.xdp4j.core.trace.TraceEvents;
import io.xdp4j.core.trace.Tracepoint;
import java.util.ArrayList;
import java.util.List;

/// Keeps tracepoint events as lines of the kernel's text form.
///
/// Thread: any.
public final class TraceRecorder implements TraceEvents {
    private final List<String> lines = new ArrayList<>();

    @Override
    public synchronized void event(Tracepoint point, Object... values) {
        lines.add(point.eventName() + " " + point.text(values));
    }

    /// All lines so far.
    public synchronized List<String> lines() {
        return List.copyOf(lines);
    }

    /// The lines of one event, such as `xdp_exception`.
    public List<String> lines(String event) {
        return lines().stream().filter(line -> line.startsWith(event + " ")).toList();
    }
}
