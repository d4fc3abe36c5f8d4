package io.xdp4j.core.link;

import io.xdp4j.linux.EventFd;
import io.xdp4j.linux.NativeException;
import io.xdp4j.linux.PollSet;
import io.xdp4j.linux.netlink.LinkInfo;
import io.xdp4j.linux.netlink.NetlinkEvent;
import io.xdp4j.linux.netlink.NetlinkMonitor;
import io.xdp4j.linux.netlink.RtNetlink;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells watchers by interface name when a link changes, goes or comes back under a new index.
///
/// It looks at the network namespace of the thread that made it. One thread waits for rtnetlink and
/// calls the watchers; it ends when the last registration is closed.
///
/// Thread: any.
/// Kernel: `RTNLGRP_LINK`.
public final class LinkMonitor {
    private static final Logger LOG = LoggerFactory.getLogger(LinkMonitor.class);

    private final Map<String, List<Registration>> watchers = new HashMap<>();
    private final Map<String, Integer> known = new HashMap<>();
    private @Nullable Loop loop;

    /// Watches one interface. Call [Registration#refresh] for its present state.
    public synchronized Registration watch(String name, LinkWatch watch) {
        Loop running = loop;
        if (running == null) {
            running = new Loop();
            running.start();
            loop = running;
        }
        Registration registration = new Registration(name, watch, running);
        watchers.computeIfAbsent(name, key -> new ArrayList<>()).add(registration);
        return registration;
    }

    private void remove(Registration registration) {
        Loop last = forget(registration);
        if (last != null) {
            // Without our monitor, which the thread needs to finish an event.
            last.end();
        }
    }

    /// The loop, when nobody needs it any more.
    private synchronized @Nullable Loop forget(Registration registration) {
        List<Registration> same = watchers.get(registration.name);
        if (same != null) {
            same.remove(registration);
            if (same.isEmpty()) {
                watchers.remove(registration.name);
            }
        }
        Loop running = loop;
        if (!watchers.isEmpty() || running == null) {
            return null;
        }
        loop = null;
        return running;
    }

    private synchronized List<Registration> watchersOf(String name) {
        return List.copyOf(watchers.getOrDefault(name, List.of()));
    }

    private synchronized List<String> names() {
        return List.copyOf(watchers.keySet());
    }

    private void changed(LinkInfo link) {
        known.entrySet()
                .removeIf(entry -> {
                    boolean renamed =
                            entry.getValue() == link.ifindex()
                                    && !entry.getKey().equals(link.name());
                    if (renamed) {
                        watchersOf(entry.getKey()).forEach(r -> r.watch.linkRemoved());
                    }
                    return renamed;
                });
        known.put(link.name(), link.ifindex());
        watchersOf(link.name()).forEach(registration -> registration.watch.linkChanged(link));
    }

    private void removed(int ifindex, String name) {
        Integer current = known.get(name);
        if (current != null && current == ifindex) {
            known.remove(name);
            watchersOf(name).forEach(registration -> registration.watch.linkRemoved());
        }
    }

    /// One watcher's place; closing it ends the calls.
    public final class Registration implements AutoCloseable {
        private final String name;
        private final LinkWatch watch;
        private final Loop owner;

        private Registration(String name, LinkWatch watch, Loop owner) {
            this.name = name;
            this.watch = watch;
            this.owner = owner;
        }

        /// Has the watcher called with the present state, and waits for that.
        public void refresh() {
            owner.refreshAndWait();
        }

        @Override
        public void close() {
            remove(this);
        }
    }

    /// The waiting thread.
    private final class Loop {
        private final NetlinkMonitor events = NetlinkMonitor.open(NetlinkMonitor.RTMGRP_LINK);
        private final RtNetlink netlink = RtNetlink.open();
        private final EventFd wake = EventFd.open();
        private final Thread thread =
                Thread.ofPlatform().daemon().name("link-monitor").unstarted(this::run);
        private final Object turn = new Object();
        private boolean ended;
        private long asked;
        private long answered;

        void start() {
            thread.start();
        }

        void end() {
            synchronized (turn) {
                ended = true;
                turn.notifyAll();
            }
            wake.signal();
            if (!Thread.currentThread().equals(thread)) {
                joinThread();
            }
        }

        private void joinThread() {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        void refreshAndWait() {
            synchronized (turn) {
                long ticket = ++asked;
                wake.signal();
                try {
                    while (answered < ticket && !ended) {
                        turn.wait();
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        private void run() {
            try (events;
                    netlink;
                    wake;
                    Arena arena = Arena.ofConfined()) {
                PollSet poll = PollSet.of(arena, 2);
                poll.set(0, events.fd(), PollSet.POLLIN);
                poll.set(1, wake.fd(), PollSet.POLLIN);
                while (!isEnded()) {
                    poll.poll(-1);
                    wake.drain();
                    handleEvents();
                }
            } catch (NativeException e) {
                LOG.error("link monitor stopped: {}", e.getMessage());
            } finally {
                synchronized (turn) {
                    ended = true;
                    turn.notifyAll();
                }
            }
        }

        /// One event that cannot be handled does not end the watch over the other links.
        private void handleEvents() {
            try {
                refreshIfAsked();
                events.receive(this::dispatch);
            } catch (RuntimeException e) {
                LOG.warn("link event not handled: {}", e.getMessage());
            }
        }

        private boolean isEnded() {
            synchronized (turn) {
                return ended;
            }
        }

        private void refreshIfAsked() {
            long ticket;
            synchronized (turn) {
                ticket = asked;
                if (ticket == answered) {
                    return;
                }
            }
            try {
                dump();
            } finally {
                synchronized (turn) {
                    answered = ticket;
                    turn.notifyAll();
                }
            }
        }

        private void dispatch(NetlinkEvent event) {
            switch (event) {
                case NetlinkEvent.LinkChanged(LinkInfo link) -> changed(link);
                case NetlinkEvent.LinkRemoved(int ifindex, String name) -> removed(ifindex, name);
                case NetlinkEvent.Overrun() -> dump();
                case NetlinkEvent.AddressChanged ignored -> {}
                case NetlinkEvent.AddressRemoved ignored -> {}
                case NetlinkEvent.RouteChanged ignored -> {}
                case NetlinkEvent.RouteRemoved ignored -> {}
                case NetlinkEvent.NeighbourChanged ignored -> {}
                case NetlinkEvent.NeighbourRemoved ignored -> {}
                case NetlinkEvent.ForwardingChanged ignored -> {}
            }
        }

        /// Tells every watcher the present state of its interface.
        private void dump() {
            Map<String, LinkInfo> present = new HashMap<>();
            netlink.links().forEach(link -> present.put(link.name(), link));
            for (String name : names()) {
                LinkInfo link = present.get(name);
                if (link != null) {
                    changed(link);
                } else {
                    known.remove(name);
                    watchersOf(name).forEach(registration -> registration.watch.linkRemoved());
                }
            }
        }
    }
}
