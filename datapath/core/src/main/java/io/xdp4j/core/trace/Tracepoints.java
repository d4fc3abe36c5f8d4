package io.xdp4j.core.trace;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where listeners subscribe to a datapath's tracepoints.
///
/// Costs one field load per event while nobody listens. A new listener is seen by each worker at
/// its next poll or sooner.
///
/// Thread: any.
public final class Tracepoints {
    private final List<TraceListener> listeners = new ArrayList<>();
    private volatile @Nullable TraceListener active;

    /// Adds a listener; closing the handle removes it.
    public synchronized Subscription subscribe(TraceListener listener) {
        listeners.add(listener);
        activate();
        return () -> unsubscribe(listener);
    }

    /// Adds a listener that gets every event with its fields as values.
    public Subscription subscribe(TraceEvents events) {
        return subscribe(new EventListener(events));
    }

    private synchronized void unsubscribe(TraceListener listener) {
        listeners.remove(listener);
        activate();
    }

    private void activate() {
        active =
                switch (listeners.size()) {
                    case 0 -> null;
                    case 1 -> listeners.getFirst();
                    default -> new TraceFanout(listeners.toArray(TraceListener[]::new));
                };
    }

    /// The listener to call, null while nobody listens.
    public @Nullable TraceListener listener() {
        return active;
    }

    /// A subscription; closing it ends it.
    @FunctionalInterface
    public interface Subscription extends AutoCloseable {
        @Override
        void close();
    }
}
