package io.xdp4j.ebpf.vm;

import io.xdp4j.ebpf.HotPath;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Routes of one table and family, cut into disjoint ranges of addresses: a lookup is a binary
/// search for the range, whose route has the longest prefix there.
///
/// Thread: any; immutable.
final class RouteTable {
    /// Unsigned 128-bit order.
    private static final Comparator<long[]> ADDRESSES =
            (one, other) -> {
                int high = Long.compareUnsigned(one[0], other[0]);
                return high != 0 ? high : Long.compareUnsigned(one[1], other[1]);
            };

    private final World.Route[] sorted;
    private final long[] highs;
    private final long[] lows;
    private final World.@Nullable Route[] routes;

    /// @param routes of one family; of those with the same prefix the smallest metric counts
    RouteTable(List<World.Route> routes) {
        sorted = routes.toArray(new World.Route[0]);
        Arrays.sort(
                sorted,
                Comparator.comparing(RouteTable::first, ADDRESSES)
                        .thenComparingInt(route -> route.destination().length())
                        .thenComparing(
                                World.Route::metric, (a, b) -> Integer.compareUnsigned(b, a)));
        Ranges ranges = new Ranges();
        for (World.Route route : sorted) {
            ranges.open(route);
        }
        ranges.closeAll();
        highs = ranges.starts.stream().mapToLong(start -> start[0]).toArray();
        lows = ranges.starts.stream().mapToLong(start -> start[1]).toArray();
        this.routes = ranges.routes.toArray(new World.Route[0]);
    }

    private static long[] first(World.Route route) {
        IpPrefix network = route.destination().network();
        return new long[] {network.high(), network.low()};
    }

    /// The route of the longest prefix with the address in it, or null.
    @HotPath
    World.@Nullable Route lookup(long high, long low) {
        int from = 0;
        int to = lows.length;
        while (from < to) {
            int middle = (from + to) >>> 1;
            int order = Long.compareUnsigned(highs[middle], high);
            if (order == 0) {
                order = Long.compareUnsigned(lows[middle], low);
            }
            if (order <= 0) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from == 0 ? null : routes[from - 1];
    }

    /// The same among routes that leave by one interface, and those that leave by none.
    @HotPath
    World.@Nullable Route lookup(boolean v6, long high, long low, int ifindex) {
        World.Route best = null;
        for (World.Route route : sorted) {
            if ((route.ifindex() == ifindex || !route.kind().leaves())
                    && route.destination().contains(v6, high, low)
                    && (best == null || isBetter(route, best))) {
                best = route;
            }
        }
        return best;
    }

    private static boolean isBetter(World.Route route, World.Route than) {
        int longer = route.destination().length() - than.destination().length();
        return longer > 0
                || (longer == 0 && Integer.compareUnsigned(route.metric(), than.metric()) < 0);
    }

    /// The cut, from the smallest address up; routes come by first address, short prefixes first.
    private static final class Ranges {
        final List<long[]> starts = new ArrayList<>();
        final List<World.@Nullable Route> routes = new ArrayList<>();
        private final Deque<World.Route> around = new ArrayDeque<>();

        void open(World.Route route) {
            long[] first = first(route);
            while (!around.isEmpty() && ADDRESSES.compare(last(around.peek()), first) < 0) {
                close();
            }
            start(first, route);
            around.push(route);
        }

        void closeAll() {
            while (!around.isEmpty()) {
                close();
            }
        }

        private void close() {
            long[] end = last(around.pop());
            World.Route outer = around.peek();
            if ((end[0] == -1 && end[1] == -1)
                    || (outer != null && ADDRESSES.compare(last(outer), end) == 0)) {
                return;
            }
            long low = end[1] + 1;
            start(new long[] {low == 0 ? end[0] + 1 : end[0], low}, outer);
        }

        private void start(long[] at, World.@Nullable Route route) {
            int latest = starts.size() - 1;
            if (latest >= 0 && ADDRESSES.compare(starts.get(latest), at) == 0) {
                routes.set(latest, route);
            } else {
                starts.add(at);
                routes.add(route);
            }
        }

        private static long[] last(World.Route route) {
            IpPrefix last = route.destination().last();
            return new long[] {last.high(), last.low()};
        }
    }
}
