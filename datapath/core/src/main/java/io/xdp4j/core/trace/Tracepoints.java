package io.xdp4j.core.trace;

import io.xdp4j.ebpf.HotPath;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Where listeners subscribe to a datapath's tracepoints, to all or to some.
///
/// Each tracepoint is on or off by itself, as in the kernel: who counts transmissions does not make
/// each redirect an event. One that is off costs a field load and a branch. A new listener is seen
/// by each worker at its next poll or sooner.
///
/// Thread: any.
public final class Tracepoints {
    private final List<Subscriber> subscribers = new ArrayList<>();
    private volatile @Nullable TraceListener[] active = none();

    private final List<Follower> followers = new ArrayList<>();

    /// One call of subscribe; two of the same listener are two.
    private static final class Subscriber {
        private final TraceListener listener;
        private final Set<Tracepoint> points;

        private Subscriber(TraceListener listener, Collection<Tracepoint> points) {
            this.listener = listener;
            this.points = Set.copyOf(points);
        }
    }

    /// Adds a listener to every tracepoint; closing the handle removes it.
    public Subscription subscribe(TraceListener listener) {
        return subscribe(listener, EnumSet.allOf(Tracepoint.class));
    }

    /// Adds a listener to some tracepoints; closing the handle removes it.
    public synchronized Subscription subscribe(
            TraceListener listener, Collection<Tracepoint> points) {
        Subscriber subscriber = new Subscriber(listener, points);
        subscribers.add(subscriber);
        activate();
        return () -> unsubscribe(subscriber);
    }

    /// Adds a listener that gets every event with its fields as values.
    public Subscription subscribe(TraceEvents events) {
        return subscribe(new EventListener(events));
    }

    private synchronized void unsubscribe(Subscriber subscriber) {
        subscribers.remove(subscriber);
        activate();
    }

    private void activate() {
        @Nullable TraceListener[] next = none();
        for (Tracepoint point : Tracepoint.values()) {
            next[point.ordinal()] = listenerOf(point);
        }
        active = next;
        followers.forEach(follower -> tell(follower, next));
    }

    private static void tell(Follower follower, @Nullable TraceListener[] now) {
        follower.listening(
                now[Tracepoint.XDP_REDIRECT.ordinal()], now[Tracepoint.FRAME_DROPPED.ordinal()]);
    }

    /// Tells a worker, now and at each change, who listens to the two events that may happen for each
    /// frame.
    public synchronized void follow(Follower follower) {
        followers.add(follower);
        tell(follower, active);
    }

    private static @Nullable TraceListener[] none() {
        return new TraceListener[Tracepoint.values().length];
    }

    private @Nullable TraceListener listenerOf(Tracepoint point) {
        TraceListener[] all =
                subscribers.stream()
                        .filter(one -> one.points.contains(point))
                        .map(one -> one.listener)
                        .toArray(TraceListener[]::new);
        return switch (all.length) {
            case 0 -> null;
            case 1 -> all[0];
            default -> new TraceFanout(all);
        };
    }

    /// The listener to call, null while nobody listens to that tracepoint.
    @HotPath
    public @Nullable TraceListener listener(Tracepoint point) {
        return active[point.ordinal()];
    }

    /// Keeps what is asked for each frame at hand.
    @FunctionalInterface
    public interface Follower {
        /// Called with the listeners from now on.
        ///
        /// @param redirects the listener to `xdp_redirect`, null for none
        /// @param drops the listener to `frame_dropped`, null for none
        void listening(@Nullable TraceListener redirects, @Nullable TraceListener drops);
    }

    /// A subscription; closing it ends it.
    @FunctionalInterface
    public interface Subscription extends AutoCloseable {
        @Override
        void close();
    }
}
