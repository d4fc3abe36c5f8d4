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
/// Elements are linked by index; heads of lists have negative ones. An element keeps, from
/// `refOffset` on, its mark, its list and its CPU, and the indexes of its neighbours.
///
/// Thread: any; a CPU's lock comes before that of the shared lists, that before a bucket's.
/// Kernel: kernel/bpf/bpf_lru_list.c, 6.18.
@HotPath
final class LruLists {
    /// What an element keeps, in bytes.
    static final int BYTES = 12;

    // Fields of an element, from refOffset on.
    private static final int SEEN = 0;
    private static final int LIST = 1;
    private static final int CPU = 2;
    private static final int NEXT = 4;
    private static final int PREVIOUS = 8;

    // The lists of a CPU or of all: number n of a block has the index -1 - (block * LISTS + n).
    private static final int ACTIVE = 0;
    private static final int INACTIVE = 1;
    private static final int FREE = 2;
    private static final int PENDING = 3;
    private static final int LISTS = 4;

    // A block: a head of eight bytes for each list, then these.
    private static final int LOCK = LISTS * 8;
    private static final int COUNT = LOCK + 4;
    private static final int TURN = COUNT + 8;
    private static final int STEAL = TURN + 4;
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
            RawMemory.putInt(block(block) + TURN, head(block, INACTIVE));
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
        int node = isCommon ? popCommon(mine) : popSeparate(mine);
        if (node >= 0) {
            prepare(node, mine, hash);
        }
        SpinWord.unlock(block + LOCK);
        if (node < 0 && isCommon) {
            node = steal(mine, hash);
        }
        return node < 0 ? 0 : pool.at(node);
    }

    /// Links a free element: others see it from here on, and by its hash they find no such entry
    /// until it is in its bucket.
    private void prepare(int node, int cpu, int hash) {
        long element = pool.at(node);
        RawMemory.putInt(element + ElementPool.HASH, hash);
        RawMemory.putByte(element + refOffset + CPU, cpu);
        RawMemory.putByte(element + refOffset + SEEN, 0);
        add(node, cpu, isCommon ? PENDING : INACTIVE);
    }

    private int popCommon(int cpu) {
        int node = popFree(cpu);
        if (node < 0) {
            refill(cpu);
            node = popFree(cpu);
        }
        return node;
    }

    private int popSeparate(int cpu) {
        turn(cpu);
        int node = popFree(cpu);
        if (node < 0) {
            node = fresh(cpu);
        }
        if (node < 0) {
            shrink(cpu, PERCPU_FREE, cpu);
            node = popFree(cpu);
        }
        return node;
    }

    private int popFree(int block) {
        int node = next(head(block, FREE));
        if (node >= 0) {
            remove(node);
        }
        return node;
    }

    /// An element that was never used, or -1.
    private int fresh(int cpu) {
        long taken = block(isCommon ? cpus : cpu) + TAKEN;
        if (!isCommon && RawMemory.getInt(taken) >= perCpu) {
            return -1;
        }
        long element = pool.take(cpu);
        if (element == 0) {
            return -1;
        }
        RawMemory.putInt(taken, RawMemory.getInt(taken) + 1);
        return RawMemory.getInt(element + ElementPool.INDEX);
    }

    /// Fills a CPU's free list from the shared lists.
    private void refill(int cpu) {
        long shared = block(cpus);
        SpinWord.lock(shared + LOCK);
        flush(cpu);
        turn(cpus);
        int found = 0;
        while (found < target) {
            int node = popFree(cpus);
            node = node < 0 ? fresh(cpu) : node;
            if (node < 0) {
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
        int node = previous(head(cpu, PENDING));
        while (node >= 0) {
            int before = previous(node);
            boolean seen = isSeen(node);
            remove(node);
            clear(node);
            add(node, cpus, seen ? ACTIVE : INACTIVE);
            node = before;
        }
    }

    /// Takes a free or pending element of another CPU.
    private int steal(int cpu, int hash) {
        int from = RawMemory.getInt(block(cpu) + STEAL);
        int node = -1;
        for (int i = 0; i < cpus && node < 0; i++) {
            long block = block(from);
            SpinWord.lock(block + LOCK);
            node = popFree(from);
            if (node < 0) {
                node = popPending(from);
            }
            SpinWord.unlock(block + LOCK);
            from = (from + 1) % cpus;
        }
        RawMemory.putInt(block(cpu) + STEAL, from);
        if (node >= 0) {
            SpinWord.lock(block(cpu) + LOCK);
            prepare(node, cpu, hash);
            SpinWord.unlock(block(cpu) + LOCK);
        }
        return node;
    }

    private int popPending(int cpu) {
        for (int pass = 0; pass < 2; pass++) {
            int node = previous(head(cpu, PENDING));
            while (node >= 0) {
                int before = previous(node);
                if ((pass == 1 || !isSeen(node)) && evict(node)) {
                    remove(node);
                    return node;
                }
                node = before;
            }
        }
        return -1;
    }

    /// Takes back an element that is in no bucket.
    void give(long element) {
        int node = RawMemory.getInt(element + ElementPool.INDEX);
        int cpu = RawMemory.u8(element + refOffset + CPU);
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
        int first = next(head(block, ACTIVE));
        int node = previous(head(block, ACTIVE));
        for (int i = 1; node >= 0; i++) {
            int before = previous(node);
            move(node, block, isSeen(node) ? ACTIVE : INACTIVE);
            if (i == scans || node == first) {
                return;
            }
            node = before;
        }
    }

    private void turnInactive(int block) {
        int head = head(block, INACTIVE);
        if (next(head) == head) {
            return;
        }
        int at = RawMemory.getInt(block(block) + TURN);
        int last = next(at) == head ? next(head) : next(at);
        int before = at;
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
        RawMemory.putInt(block(block) + TURN, before);
    }

    /// Evicts up to `wanted` elements into a CPU's free list: unmarked ones from the inactive list's
    /// end; where there is none, the first that goes, marked or not.
    private void shrink(int block, int wanted, int cpu) {
        int node = previous(head(block, INACTIVE));
        int evicted = 0;
        for (int i = 0; i < scans && node >= 0 && evicted < wanted; i++) {
            int before = previous(node);
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
        int inactive = head(block, INACTIVE);
        int list = next(inactive) == inactive ? head(block, ACTIVE) : inactive;
        int node = previous(list);
        while (node >= 0) {
            if (evict(node)) {
                free(node, cpu);
                return;
            }
            node = previous(node);
        }
    }

    private void free(int node, int block) {
        leave(node);
        remove(node);
        putFree(node, block);
    }

    private void putFree(int node, int block) {
        clear(node);
        add(node, block, FREE);
    }

    /// Takes the element out of its bucket; false when it is in none.
    private boolean evict(int node) {
        long element = pool.at(node);
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

    private void move(int node, int block, int list) {
        leave(node);
        remove(node);
        clear(node);
        add(node, block, list);
    }

    /// The place where turning goes on steps back when its element goes.
    private void leave(int node) {
        long turn = block(isCommon ? cpus : RawMemory.u8(at(node) + CPU)) + TURN;
        if (RawMemory.getInt(turn) == node) {
            RawMemory.putInt(turn, previous(node));
        }
    }

    private void add(int node, int block, int list) {
        int head = head(block, list);
        int first = next(head);
        link(node, first);
        link(head, node);
        RawMemory.putByte(at(node) + LIST, list);
        addToCount(block, list, 1);
    }

    private void remove(int node) {
        link(previous(node), next(node));
        addToCount(isCommon ? cpus : RawMemory.u8(at(node) + CPU), list(node), -1);
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

    private void clear(int node) {
        RawMemory.putByte(at(node) + SEEN, 0);
    }

    private boolean isSeen(int node) {
        return RawMemory.u8(at(node) + SEEN) != 0;
    }

    private int list(int node) {
        return RawMemory.u8(at(node) + LIST);
    }

    private void link(int from, int to) {
        RawMemory.putInt(place(from) + NEXT, to);
        RawMemory.putInt(place(to) + PREVIOUS, from);
    }

    private int next(int node) {
        return RawMemory.getInt(place(node) + NEXT);
    }

    private int previous(int node) {
        return RawMemory.getInt(place(node) + PREVIOUS);
    }

    /// Where the fields of an element or head are; of a head only the links.
    private long place(int node) {
        int head = -1 - node;
        return node >= 0 ? at(node) : block(head / LISTS) + 8L * (head % LISTS) - NEXT;
    }

    private long at(int node) {
        return pool.at(node) + refOffset;
    }

    private static int head(int block, int list) {
        return -1 - (block * LISTS + list);
    }

    private long block(int block) {
        return blocks + (long) block * BLOCK_BYTES;
    }
}
