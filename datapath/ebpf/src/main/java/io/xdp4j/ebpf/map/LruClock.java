package io.xdp4j.ebpf.map;

import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawAtomics;
import io.xdp4j.ebpf.memory.RawMemory;

/// Chooses what a full LRU map forgets: a clock hand that spares marked elements once.
///
/// The kernel keeps active and inactive lists with per-CPU caches, and may evict long before the
/// map is full; a clock needs nothing on a hit but a mark that is set when it is clear, and evicts
/// only from a full map. Which entry goes is as unspecified as in the kernel; one that was looked
/// up since the hand last passed stays while others were not.
///
/// Thread: any.
/// Kernel: kernel/bpf/bpf_lru_list.c.
@HotPath
final class LruClock {
    /// Marks of an element.
    static final int FREE = 0;

    static final int LIVE = 1;
    static final int SEEN = 3;

    /// Marked elements passed over before the next one goes, marked or not.
    private static final int PATIENCE = 128;

    private final Buckets buckets;
    private final ElementPool pool;
    private final int refOffset;
    private final long hand;

    LruClock(MapMemory memory, Buckets buckets, ElementPool pool, int refOffset) {
        this.buckets = buckets;
        this.pool = pool;
        this.refOffset = refOffset;
        hand = memory.allocate(64, 64);
    }

    /// Notes a hit in the mark at that address.
    static void touch(long mark) {
        if (RawMemory.u8(mark) == LIVE) {
            RawMemory.putByte(mark, SEEN);
        }
    }

    void mark(long element, int mark) {
        RawMemory.putByte(element + refOffset, mark);
    }

    /// Unlinks an element and returns it; 0 when others changed all that was looked at.
    long evict() {
        int elements = pool.carved();
        int seen = 0;
        for (int probe = 0; probe < 2 * elements + PATIENCE; probe++) {
            int at = (int) RawAtomics.add32(hand, 1);
            long element = pool.at(Integer.remainderUnsigned(at, elements));
            int mark = RawMemory.u8(element + refOffset);
            if (mark == SEEN && seen++ < PATIENCE) {
                mark(element, LIVE);
            } else if (mark != FREE && unlink(element)) {
                return element;
            }
        }
        return 0;
    }

    private boolean unlink(long element) {
        long bucket = buckets.lock(RawMemory.getInt(element + ElementPool.HASH));
        long link = buckets.linkToElement(bucket, element);
        if (link != 0) {
            Buckets.remove(link);
            mark(element, FREE);
        }
        buckets.unlock(bucket);
        return link != 0;
    }
}
