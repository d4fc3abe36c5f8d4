package io.xdp4j.ebpf.map;

import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;

/// Which elements of an LRU map are free, and which goes when none is.
///
/// An element waits in its CPU's pending list until that CPU runs out of free ones; then its pending
/// elements join the shared lists, which are turned, and enough of the least used elements go to fill
/// the CPU's free list again. So a map may forget entries before it is full. An element that was
/// looked up since it was last considered is spared once. With `BPF_F_NO_COMMON_LRU` each CPU has
/// lists and elements of its own.
///
/// A node is the address of what an element keeps, from `refOffset` on: its mark, its list and its
/// CPU, and its neighbours' nodes; or of a list's head, which has but the neighbours.
///
/// Thread: any; a CPU's lock comes before that of the shared lists, that before a bucket's.
/// Kernel: kernel/bpf/bpf_lru_list.c, 6.18.
@HotPath
final class LruLists {
    /// What an element keeps, in bytes.
    static final int BYTES = 24;

    // Fields of an element, from refOffset on.
    private static final int SEEN = 0;
    private static final int LIST = 1;
    private static final int CPU = 2;
    private static final int NEXT = 8;
    private static final int PREVIOUS = 16;

    // The lists of a CPU or of all.
    private static final int ACTIVE = 0;
    private static final int INACTIVE = 1;
    private static final int FREE = 2;
    private static final int PENDING = 3;
    private static final int LISTS = 4;

    // A block: a head's neighbours for each list, then these.
    private static final int HEAD_BYTES = 16;
    private static final int LOCK = LISTS * HEAD_BYTES;
    private static final int COUNT = LOCK + 4;
    private static final int TURN = COUNT + 12;
    private static final int STEAL = TURN + 8;
    private static final int TAKEN = STEAL + 4;
    private static final int BLOCK_BYTES = 128;

    private static final int MOST_FREE = 128;
    private static final int PERCPU_FREE = 4;

    private final HashTableMap map;
    private final Buckets buckets;
    private final ElementPool pool;
    private final int refOffset;
    private final int cpus;
    private final boolean isCommon;
    private final int perCpu;
    private final int target;
    private final int scans;
    private final long blocks;

    LruLists(HashTableMap map, int cpus) {
        this.map = map;
        this.buckets = map.buckets;
        this.pool = map.pool;
        this.refOffset = map.refOffset;
        this.cpus = cpus;
        isCommon = (map.spec().flags() & MapFlags.NO_COMMON_LRU) == 0;
        int elements = elements(map.spec(), cpus);
        perCpu = elements / cpus;
        target = isCommon ? Math.clamp(perCpu / 2, 1, MOST_FREE) : PERCPU_FREE;
        scans = isCommon ? MOST_FREE : PERCPU_FREE;
        blocks = map.memory().allocate((long) (cpus + 1) * BLOCK_BYTES, BLOCK_BYTES);
        for (int block = 0; block <= cpus; block++) {
            for (int list = 0; list < LISTS; list++) {
                link(head(block, list), head(block, list));
            }
            RawMemory.putLong(block(block) + TURN, head(block, INACTIVE));
            RawMemory.putInt(block(block) + STEAL, block);
        }
    }

    /// Elements of the map: of separate lists each CPU has as many.
    static int elements(MapSpec spec, int cpus) {
        if ((spec.flags() & MapFlags.NO_COMMON_LRU) == 0) {
            return spec.maxEntries();
        }
        long rounded = ((long) spec.maxEntries() + cpus - 1) / cpus * cpus;
        return (int) Math.min(rounded, (long) (Integer.MAX_VALUE / cpus) * cpus);
    }

    // ---- marks

    /// Notes a hit in the mark at that address.
    static void touch(long mark) {
        if (RawMemory.u8(mark) == 0) {
            RawMemory.putByte(mark, 1);
        }
    }

    // ---- taking and giving

    /// An element for a key of that hash, if need be by eviction; 0 when none can be had.
    long take(int cpu, int hash) {
        int mine = cpu % cpus;
        long block = block(mine);
        SpinWord.lock(block + LOCK);
        long node = isCommon ? popCommon(mine) : popSeparate(mine);
        if (node != 0) {
            prepare(node, mine, hash);
        }
        SpinWord.unlock(block + LOCK);
        if (node == 0 && isCommon) {
            node = steal(mine, hash);
        }
        return node == 0 ? 0 : node - refOffset;
    }

    /// Links a free element: others see it from here on, and by its hash they find no such entry
    /// until it is in its bucket.
    private void prepare(long node, int cpu, int hash) {
        RawMemory.putInt(node - refOffset + ElementPool.HASH, hash);
        RawMemory.putByte(node + CPU, cpu);
        clear(node);
        add(node, cpu, isCommon ? PENDING : INACTIVE);
    }

    private long popCommon(int cpu) {
        long node = popFree(cpu);
        if (node == 0) {
            refill(cpu);
            node = popFree(cpu);
        }
        return node;
    }

    private long popSeparate(int cpu) {
        turn(cpu);
        long node = popFree(cpu);
        if (node == 0) {
            node = fresh(cpu);
        }
        if (node == 0) {
            shrink(cpu, PERCPU_FREE, cpu);
            node = popFree(cpu);
        }
        return node;
    }

    private long popFree(int block) {
        long head = head(block, FREE);
        long node = next(head);
        if (node == head) {
            return 0;
        }
        remove(node);
        return node;
    }

    /// An element that was never used, or 0.
    private long fresh(int cpu) {
        long taken = block(isCommon ? cpus : cpu) + TAKEN;
        if (!isCommon && RawMemory.getInt(taken) >= perCpu) {
            return 0;
        }
        long element = pool.take(cpu);
        if (element == 0) {
            return 0;
        }
        RawMemory.putInt(taken, RawMemory.getInt(taken) + 1);
        return element + refOffset;
    }

    /// Fills a CPU's free list from the shared lists.
    private void refill(int cpu) {
        long shared = block(cpus);
        SpinWord.lock(shared + LOCK);
        flush(cpu);
        turn(cpus);
        int found = 0;
        while (found < target) {
            long node = popFree(cpus);
            node = node == 0 ? fresh(cpu) : node;
            if (node == 0) {
                break;
            }
            putFree(node, cpu);
            found++;
        }
        if (found < target) {
            shrink(cpus, target - found, cpu);
        }
        SpinWord.unlock(shared + LOCK);
    }

    /// Moves what a CPU has pending to the shared lists, the oldest first.
    private void flush(int cpu) {
        long head = head(cpu, PENDING);
        long node = previous(head);
        while (node != head) {
            long before = previous(node);
            boolean seen = isSeen(node);
            remove(node);
            clear(node);
            add(node, cpus, seen ? ACTIVE : INACTIVE);
            node = before;
        }
    }

    /// Takes a free or pending element of another CPU.
    private long steal(int cpu, int hash) {
        int from = RawMemory.getInt(block(cpu) + STEAL);
        long node = 0;
        for (int i = 0; i < cpus && node == 0; i++) {
            long block = block(from);
            SpinWord.lock(block + LOCK);
            node = popFree(from);
            if (node == 0) {
                node = popPending(from);
            }
            SpinWord.unlock(block + LOCK);
            from = (from + 1) % cpus;
        }
        RawMemory.putInt(block(cpu) + STEAL, from);
        if (node != 0) {
            SpinWord.lock(block(cpu) + LOCK);
            prepare(node, cpu, hash);
            SpinWord.unlock(block(cpu) + LOCK);
        }
        return node;
    }

    private long popPending(int cpu) {
        long head = head(cpu, PENDING);
        for (int pass = 0; pass < 2; pass++) {
            long node = previous(head);
            while (node != head) {
                long before = previous(node);
                if ((pass == 1 || !isSeen(node)) && evict(node)) {
                    remove(node);
                    return node;
                }
                node = before;
            }
        }
        return 0;
    }

    /// Takes back an element that is in no bucket.
    void give(long element) {
        long node = element + refOffset;
        int cpu = RawMemory.u8(node + CPU);
        long own = block(cpu);
        SpinWord.lock(own + LOCK);
        boolean isHere = !isCommon || list(node) == PENDING;
        if (isHere) {
            free(node, cpu);
        }
        SpinWord.unlock(own + LOCK);
        if (!isHere) {
            SpinWord.lock(block(cpus) + LOCK);
            free(node, cpus);
            SpinWord.unlock(block(cpus) + LOCK);
        }
    }

    // ---- turning and shrinking; the block's lists are locked

    private void turn(int block) {
        if (count(block, INACTIVE) < count(block, ACTIVE)) {
            turnActive(block);
        }
        turnInactive(block);
    }

    private void turnActive(int block) {
        long head = head(block, ACTIVE);
        long first = next(head);
        long node = previous(head);
        for (int i = 1; node != head; i++) {
            long before = previous(node);
            move(node, block, isSeen(node) ? ACTIVE : INACTIVE);
            if (i == scans || node == first) {
                return;
            }
            node = before;
        }
    }

    private void turnInactive(int block) {
        long head = head(block, INACTIVE);
        if (next(head) == head) {
            return;
        }
        long at = RawMemory.getLong(block(block) + TURN);
        long last = next(at) == head ? next(head) : next(at);
        long before = at;
        for (int i = 0; i < scans; i++) {
            at = at == head ? previous(at) : at;
            before = previous(at);
            if (isSeen(at)) {
                move(at, block, ACTIVE);
            }
            if (at == last || next(head) == head) {
                break;
            }
            at = before;
        }
        RawMemory.putLong(block(block) + TURN, before);
    }

    /// Evicts up to `wanted` elements into a CPU's free list: unmarked ones from the inactive list's
    /// end; where there is none, the first that goes, marked or not.
    private void shrink(int block, int wanted, int cpu) {
        long head = head(block, INACTIVE);
        long node = previous(head);
        int evicted = 0;
        for (int i = 0; i < scans && node != head && evicted < wanted; i++) {
            long before = previous(node);
            if (isSeen(node)) {
                move(node, block, ACTIVE);
            } else if (evict(node)) {
                free(node, cpu);
                evicted++;
            }
            node = before;
        }
        if (evicted == 0) {
            forceShrink(block, cpu);
        }
    }

    private void forceShrink(int block, int cpu) {
        long inactive = head(block, INACTIVE);
        long list = next(inactive) == inactive ? head(block, ACTIVE) : inactive;
        long node = previous(list);
        while (node != list) {
            if (evict(node)) {
                free(node, cpu);
                return;
            }
            node = previous(node);
        }
    }

    private void free(long node, int block) {
        leave(node);
        remove(node);
        putFree(node, block);
    }

    private void putFree(long node, int block) {
        clear(node);
        add(node, block, FREE);
    }

    /// Takes the element out of its bucket; false when it is in none.
    private boolean evict(long node) {
        long element = node - refOffset;
        long bucket = buckets.lock(RawMemory.getInt(element + ElementPool.HASH));
        long link = buckets.linkToElement(bucket, element);
        if (link != 0) {
            Buckets.remove(link);
        }
        buckets.unlock(bucket);
        if (link != 0) {
            map.releaseFields(element);
        }
        return link != 0;
    }

    // ---- lists

    private void move(long node, int block, int list) {
        leave(node);
        remove(node);
        clear(node);
        add(node, block, list);
    }

    /// The place where turning goes on steps back when its element goes.
    private void leave(long node) {
        long turn = block(isCommon ? cpus : RawMemory.u8(node + CPU)) + TURN;
        if (RawMemory.getLong(turn) == node) {
            RawMemory.putLong(turn, previous(node));
        }
    }

    private void add(long node, int block, int list) {
        long head = head(block, list);
        long first = next(head);
        link(node, first);
        link(head, node);
        RawMemory.putByte(node + LIST, list);
        addToCount(block, list, 1);
    }

    private void remove(long node) {
        link(previous(node), next(node));
        int list = list(node);
        if (list <= INACTIVE) {
            addToCount(isCommon ? cpus : RawMemory.u8(node + CPU), list, -1);
        }
    }

    private void addToCount(int block, int list, int by) {
        if (list <= INACTIVE) {
            long count = block(block) + COUNT + 4L * list;
            RawMemory.putInt(count, RawMemory.getInt(count) + by);
        }
    }

    private int count(int block, int list) {
        return RawMemory.getInt(block(block) + COUNT + 4L * list);
    }

    private static void clear(long node) {
        RawMemory.putByte(node + SEEN, 0);
    }

    private static boolean isSeen(long node) {
        return RawMemory.u8(node + SEEN) != 0;
    }

    private static int list(long node) {
        return RawMemory.u8(node + LIST);
    }

    private static void link(long from, long to) {
        RawMemory.putLong(from + NEXT, to);
        RawMemory.putLong(to + PREVIOUS, from);
    }

    private static long next(long node) {
        return RawMemory.getLong(node + NEXT);
    }

    private static long previous(long node) {
        return RawMemory.getLong(node + PREVIOUS);
    }

    /// The node that a list starts and ends at.
    private long head(int block, int list) {
        return block(block) + (long) HEAD_BYTES * list - NEXT;
    }

    private long block(int block) {
        return blocks + (long) block * BLOCK_BYTES;
    }
}
