package io.xdp4j.ebpf.vm;

import io.xdp4j.ebpf.HotPath;
import java.util.concurrent.atomic.AtomicInteger;

/// The neighbours that lookups asked for and did not find, for whoever can find them out. A few
/// wait; more are forgotten, as each packet asks again.
///
/// Thread: [#add] any and never waits; [#drain] any.
/// Owns: nothing.
/// Fails: never; what meets another thread at work, or finds no room, is forgotten.
/// Kernel: the stack resolves the neighbour of a packet that XDP passes on `NO_NEIGH`.
public final class NeighbourMisses {
    private static final int ROOM = 64;
    private static final int FREE = 0;
    private static final int BUSY = 1;

    private final AtomicInteger state = new AtomicInteger();
    private final int[] ifindexes = new int[ROOM];
    private final boolean[] v6s = new boolean[ROOM];
    private final long[] highs = new long[ROOM];
    private final long[] lows = new long[ROOM];
    private int count;

    /// Takes a neighbour.
    public interface Consumer {
        void accept(int ifindex, IpPrefix address);
    }

    /// Notes a neighbour, once while it waits.
    @HotPath
    public void add(int ifindex, boolean v6, long high, long low) {
        if (!state.compareAndSet(FREE, BUSY)) {
            return;
        }
        if (count < ROOM && !waits(ifindex, v6, high, low)) {
            ifindexes[count] = ifindex;
            v6s[count] = v6;
            highs[count] = high;
            lows[count] = low;
            count++;
        }
        state.set(FREE);
    }

    private boolean waits(int ifindex, boolean v6, long high, long low) {
        for (int i = 0; i < count; i++) {
            if (ifindexes[i] == ifindex && v6s[i] == v6 && highs[i] == high && lows[i] == low) {
                return true;
            }
        }
        return false;
    }

    /// Hands over and forgets what waits; nothing when another thread is at work.
    public void drain(Consumer consumer) {
        if (!state.compareAndSet(FREE, BUSY)) {
            return;
        }
        int waiting = count;
        IpPrefix[] addresses = new IpPrefix[waiting];
        int[] devices = ifindexes.clone();
        for (int i = 0; i < waiting; i++) {
            addresses[i] = new IpPrefix(v6s[i], highs[i], lows[i], v6s[i] ? 128 : 32);
        }
        count = 0;
        state.set(FREE);
        for (int i = 0; i < waiting; i++) {
            consumer.accept(devices[i], addresses[i]);
        }
    }
}
