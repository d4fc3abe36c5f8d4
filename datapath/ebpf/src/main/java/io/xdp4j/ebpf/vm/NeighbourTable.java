package io.xdp4j.ebpf.vm;

import io.xdp4j.ebpf.HotPath;
import java.util.List;

/// Neighbours by interface and address: open addressing, at most half full.
///
/// Thread: any; immutable.
@HotPath
final class NeighbourTable {
    private final int mask;
    private final long[] highs;
    private final long[] lows;

    /// The interface, negated for IPv6; 0 for a free slot.
    private final int[] owners;

    private final long[] macs;

    NeighbourTable(List<World.Neighbour> neighbours) {
        int slots = Integer.highestOneBit(Math.max(neighbours.size(), 1)) * 4;
        mask = slots - 1;
        highs = new long[slots];
        lows = new long[slots];
        owners = new int[slots];
        macs = new long[slots];
        neighbours.forEach(this::put);
    }

    private void put(World.Neighbour neighbour) {
        IpPrefix address = neighbour.address();
        int owner = owner(neighbour.ifindex(), address.isV6());
        int slot = slot(owner, address.high(), address.low());
        highs[slot] = address.high();
        lows[slot] = address.low();
        owners[slot] = owner;
        macs[slot] = neighbour.mac();
    }

    private static int owner(int ifindex, boolean v6) {
        return v6 ? -ifindex : ifindex;
    }

    /// Where that neighbour is, or would be.
    private int slot(int owner, long high, long low) {
        long mixed = (high * 31 + low + owner) * 0x9e37_79b9_7f4a_7c15L;
        int slot = (int) (mixed >>> 40) & mask;
        while (owners[slot] != 0
                && (owners[slot] != owner || highs[slot] != high || lows[slot] != low)) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    /// The link address, or -1.
    long lookup(int ifindex, boolean v6, long high, long low) {
        int slot = slot(owner(ifindex, v6), high, low);
        return owners[slot] == 0 ? -1 : macs[slot];
    }
}
