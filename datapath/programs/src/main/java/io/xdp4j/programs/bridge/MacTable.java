package io.xdp4j.programs.bridge;

import io.xdp4j.ebpf.HotPath;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Which port each station is behind, by VLAN and address.
///
/// A table of at least twice the capacity in buckets of eight slots. An address goes to its first
/// bucket while that has room to spare, else to the emptier one of its first and its second: nearly
/// all are found in one place, and both are full practically never. A slot is two longs; the lower
/// ones fill first, so that a look-up mostly touches one cache line.
///
/// ```
/// key    0 empty | -1 claimed | vlan 12 . mac 48
/// value  live 1 . static 1 . tenancy 14 . port 16 . stamp 32 (seconds)
/// ```
///
/// The life of a slot; its value decides, and only the owner of a step takes the next one:
///
/// | step | who |
/// |---|---|
/// | A: key empty → claimed, compare-and-set | the worker that inserts |
/// | B: value := live, with the next tenancy | the same |
/// | C: key := the address, volatile | the same |
/// | D: value changes port or stamp, compare-and-set | any worker |
/// | E: value live → dead, compare-and-set | whoever removes |
/// | F: key := empty, release | the same |
///
/// A reader takes the key, the value, and the key again: if it is the same, the value belongs to
/// it, because A comes before B. The tenancy keeps D and E off a slot that was given away between
/// their read and their write. Two workers that insert one address at a time may both reach C; each
/// then looks for a twin, and since C is sequentially consistent at least one finds the other: the
/// twin in the higher slot is removed, a static one stays.
///
/// Time is a coarse clock in seconds, set by [#advance]; an entry that is too old is no longer
/// found, and [#sweep] makes its room free.
///
/// Thread: any; workers never wait.
/// Owns: its arrays.
/// Fails: [LearnResult#FULL] when there is no room.
/// Kernel: `br_fdb_update`, `br_fdb_find_rcu`, net/bridge/br_fdb.c.
public final class MacTable {
    /// Smallest capacity.
    public static final int MIN_ENTRIES = 16;

    /// Largest capacity.
    public static final int MAX_ENTRIES = 1 << 20;

    /// The answer of [#lookup] for an address that is not in the table.
    public static final int NOT_FOUND = -1;

    private static final int MAX_PORT = 0xffff;
    private static final int MIN_BUCKETS = 8;

    private static final int WAYS = 8;

    // Positions, in cells: a slot is a key and its value.
    private static final int VALUE = 1;
    private static final int SLOT = 2;
    private static final int BUCKET_SHIFT = 4;
    private static final int BUCKET = 1 << BUCKET_SHIFT;

    /// A key's first bucket is taken until it has so many.
    private static final int FIRST_CHOICE = 5;

    private static final long EMPTY = 0;
    private static final long CLAIMED = -1;

    private static final long LIVE = 1L << 63;
    private static final long STATIC = 1L << 62;
    private static final long TENANCY_UNIT = 1L << 48;
    private static final long TENANCY_MASK = 0x3fffL << 48;
    private static final int PORT_SHIFT = 32;
    private static final long PORT_AND_STAMP = (1L << 48) - 1;
    private static final long STAMP_MASK = 0xffff_ffffL;

    private static final long MAC_MASK = (1L << 48) - 1;
    private static final long GROUP_BIT = 1L << 40;
    private static final int VLAN_SHIFT = 48;

    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

    private final int maxEntries;
    private final int ageingSeconds;
    private final long seed;
    private final long[] cells;
    private final int bucketMask;
    private final AtomicInteger size = new AtomicInteger();
    private final AtomicInteger sweepAt = new AtomicInteger();
    private volatile int now;

    /// @param maxEntries most addresses, [#MIN_ENTRIES]..[#MAX_ENTRIES]
    /// @param ageingSeconds an address is forgotten when it has sent nothing for longer than this
    /// @param seed makes the buckets unpredictable to those who choose the addresses
    public MacTable(int maxEntries, int ageingSeconds, long seed) {
        if (maxEntries < MIN_ENTRIES || maxEntries > MAX_ENTRIES) {
            throw new IllegalArgumentException(
                    "maxEntries: "
                            + maxEntries
                            + " (expected: "
                            + MIN_ENTRIES
                            + ".."
                            + MAX_ENTRIES
                            + ")");
        }
        if (ageingSeconds < 1) {
            throw new IllegalArgumentException(
                    "ageingSeconds: " + ageingSeconds + " (expected: >= 1)");
        }
        this.maxEntries = maxEntries;
        this.ageingSeconds = ageingSeconds;
        this.seed = seed;
        int buckets = Math.max(MIN_BUCKETS, Integer.highestOneBit(maxEntries * 2 - 1) * 2 / WAYS);
        this.bucketMask = buckets - 1;
        this.cells = new long[buckets << BUCKET_SHIFT];
    }

    // ---- keys

    /// The key of an address in a VLAN; VLAN 0 where VLANs do not count.
    @HotPath
    public static long key(int vlan, long mac) {
        return ((long) vlan << VLAN_SHIFT) | mac;
    }

    /// True for an address that one station can have: neither a group's nor zero.
    @HotPath
    public static boolean isStation(long mac) {
        return mac != 0 && (mac & ~(MAC_MASK ^ GROUP_BIT)) == 0;
    }

    // ---- control

    /// Sets the coarse clock, in seconds from any start.
    public void advance(int nowSeconds) {
        now = nowSeconds;
    }

    /// Makes the room of entries that are too old free, in the next one of `parts` equal parts of
    /// the table. Returns how many were forgotten.
    public int sweep(int parts) {
        int buckets = Math.ceilDiv(bucketMask + 1, parts);
        int first = sweepAt.getAndAdd(buckets);
        int forgotten = 0;
        for (int i = 0; i < buckets; i++) {
            int base = ((first + i) & bucketMask) << BUCKET_SHIFT;
            for (int at = base; at < base + BUCKET; at += SLOT) {
                long key = keyAt(at);
                long value = isKey(key) ? liveValue(at, key) : 0;
                if (value != 0 && isExpired(value) && retire(at, value)) {
                    forgotten++;
                }
            }
        }
        return forgotten;
    }

    /// Sets an address that neither ages nor moves, in place of what is there. False when there is
    /// no room.
    public boolean putStatic(long key, int port) {
        checkPort(port);
        while (true) {
            int at = find(key);
            if (at < 0) {
                if (insert(key, LIVE | STATIC | valueOf(port, 0)) == LearnResult.FULL) {
                    return false;
                }
                continue;
            }
            long value = liveValue(at, key);
            long next = (value & TENANCY_MASK) | LIVE | STATIC | valueOf(port, 0);
            if (value != 0 && CELL.compareAndSet(cells, at + VALUE, value, next)) {
                return true;
            }
        }
    }

    /// Forgets an address, also a static one. False when it is not there.
    public boolean remove(long key) {
        while (true) {
            int at = find(key);
            long value = at < 0 ? 0 : liveValue(at, key);
            if (value == 0) {
                return false;
            }
            if (retire(at, value)) {
                return true;
            }
        }
    }

    /// Forgets all addresses behind a port; the static ones stay unless they are `included`.
    /// Returns how many were forgotten.
    public int removePort(int port, boolean staticIncluded) {
        int forgotten = 0;
        for (int base = 0; base < cells.length; base += BUCKET) {
            for (int at = base; at < base + BUCKET; at += SLOT) {
                if (removeIfBehind(at, port, staticIncluded)) {
                    forgotten++;
                }
            }
        }
        return forgotten;
    }

    private boolean removeIfBehind(int at, int port, boolean staticIncluded) {
        while (true) {
            long key = keyAt(at);
            long value = isKey(key) ? liveValue(at, key) : 0;
            if (value == 0 || portOf(value) != port || (isStatic(value) && !staticIncluded)) {
                return false;
            }
            if (retire(at, value)) {
                return true;
            }
        }
    }

    // ---- views

    /// Addresses in the table, those too old but not yet swept included.
    public int size() {
        return size.get();
    }

    public int maxEntries() {
        return maxEntries;
    }

    public int ageingSeconds() {
        return ageingSeconds;
    }

    /// All addresses that would be found now, in no order.
    public List<MacEntry> snapshot() {
        List<MacEntry> all = new ArrayList<>(size());
        for (int base = 0; base < cells.length; base += BUCKET) {
            for (int at = base; at < base + BUCKET; at += SLOT) {
                long key = keyAt(at);
                long value = isKey(key) ? liveValue(at, key) : 0;
                if (value != 0 && !isExpired(value)) {
                    all.add(entry(key, value));
                }
            }
        }
        return all;
    }

    private MacEntry entry(long key, long value) {
        boolean isStatic = isStatic(value);
        return new MacEntry(
                key & MAC_MASK,
                (int) (key >>> VLAN_SHIFT),
                portOf(value),
                isStatic,
                isStatic ? 0 : Math.max(0, now - (int) value));
    }

    // ---- hot path

    /// The port that a key is behind, or [#NOT_FOUND].
    @HotPath
    public int lookup(long key) {
        int at = find(key);
        if (at < 0) {
            return NOT_FOUND;
        }
        long value = liveValue(at, key);
        return value == 0 || isExpired(value) ? NOT_FOUND : portOf(value);
    }

    /// Notes that a key sent from a port. The table is written at most once a second per key.
    @HotPath
    public LearnResult learn(long key, int port) {
        int stamp = now;
        int at = find(key);
        LearnResult result = at < 0 ? null : touch(at, key, port, stamp);
        return result == null ? insert(key, LIVE | valueOf(port, stamp)) : result;
    }

    /// Brings an entry up to date; null when it is gone meanwhile.
    @HotPath
    private @Nullable LearnResult touch(int at, long key, int port, int stamp) {
        while (true) {
            long value = liveValue(at, key);
            if (value == 0) {
                return null;
            }
            boolean samePort = portOf(value) == port;
            if (isStatic(value)) {
                return samePort ? LearnResult.KNOWN : LearnResult.REFUSED;
            }
            if (samePort && (int) value == stamp) {
                return LearnResult.KNOWN;
            }
            long next = (value & ~PORT_AND_STAMP) | valueOf(port, stamp);
            if (CELL.compareAndSet(cells, at + VALUE, value, next)) { // (D)
                if (isExpired(value)) {
                    return LearnResult.LEARNED;
                }
                return samePort ? LearnResult.KNOWN : LearnResult.MOVED;
            }
        }
    }

    @HotPath
    private LearnResult insert(long key, long liveValue) {
        if (size.get() >= maxEntries) {
            return LearnResult.FULL;
        }
        if (size.incrementAndGet() > maxEntries) {
            size.decrementAndGet();
            return LearnResult.FULL;
        }
        long hash = hash(key);
        int at = claim(hash);
        if (at < 0) {
            size.decrementAndGet();
            return LearnResult.FULL;
        }
        long before = (long) CELL.getOpaque(cells, at + VALUE);
        long tenancy = (before + TENANCY_UNIT) & TENANCY_MASK;
        CELL.setOpaque(cells, at + VALUE, liveValue | tenancy); // (B)
        CELL.setVolatile(cells, at, key); // (C)
        if (removeTwins(first(hash), at, key)) {
            removeTwins(second(hash), at, key);
        }
        return LearnResult.LEARNED;
    }

    /// Claims an empty slot; -1 when both buckets are full.
    @HotPath
    private int claim(long hash) {
        int first = first(hash);
        int second = second(hash);
        int used = used(first);
        if (used >= FIRST_CHOICE && used(second) < used) {
            int at = claimIn(second);
            return at >= 0 ? at : claimIn(first);
        }
        int at = claimIn(first);
        return at >= 0 ? at : claimIn(second);
    }

    @HotPath
    private int used(int base) {
        int used = 0;
        for (int at = base; at < base + BUCKET; at += SLOT) {
            if (keyAt(at) != EMPTY) {
                used++;
            }
        }
        return used;
    }

    @HotPath
    private int claimIn(int base) {
        for (int at = base; at < base + BUCKET; at += SLOT) {
            if (keyAt(at) == EMPTY && CELL.compareAndSet(cells, at, EMPTY, CLAIMED)) { // (A)
                return at;
            }
        }
        return -1;
    }

    /// Removes twins of the slot `own` from this bucket. False when `own` was removed instead.
    @HotPath
    private boolean removeTwins(int base, int own, long key) {
        for (int at = base; at < base + BUCKET; at += SLOT) {
            if (at != own
                    && (long) CELL.getVolatile(cells, at) == key
                    && !removeWorse(at, own, key)) {
                return false;
            }
        }
        return true;
    }

    /// Removes one of two slots with the same key; false when it was `own`. A value that changes
    /// meanwhile has the two compared anew: a static one may come of it.
    @HotPath
    private boolean removeWorse(int at, int own, long key) {
        while (true) {
            long twin = liveValue(at, key);
            if (twin == 0) {
                return true;
            }
            long mine = liveValue(own, key);
            if (mine == 0) {
                return false;
            }
            boolean keepOwn = isStatic(twin) == isStatic(mine) ? own < at : isStatic(mine);
            if (retire(keepOwn ? at : own, keepOwn ? twin : mine)) {
                return keepOwn;
            }
        }
    }

    /// Takes a slot out of use if its value is still the given one.
    @HotPath
    private boolean retire(int at, long value) {
        if (!CELL.compareAndSet(cells, at + VALUE, value, value & ~LIVE)) { // (E)
            return false;
        }
        CELL.setRelease(cells, at, EMPTY); // (F) lets a claim (A) see the dead value
        size.decrementAndGet();
        return true;
    }

    // ---- slots

    @HotPath
    private int find(long key) {
        long hash = hash(key);
        int at = findIn(first(hash), key);
        return at >= 0 ? at : findIn(second(hash), key);
    }

    @HotPath
    private int findIn(int base, long key) {
        for (int at = base; at < base + BUCKET; at += SLOT) {
            if (keyAt(at) == key) {
                return at;
            }
        }
        return -1;
    }

    @HotPath
    private long keyAt(int at) {
        return (long) CELL.getOpaque(cells, at);
    }

    /// The value of a slot in which `key` was seen; 0 when it is dead or another's by now.
    @HotPath
    private long liveValue(int at, long key) {
        VarHandle.loadLoadFence(); // the key was read before; pairs with (C)
        long value = (long) CELL.getOpaque(cells, at + VALUE);
        VarHandle.loadLoadFence(); // the key is read again; pairs with (A) before (B)
        return value < 0 && keyAt(at) == key ? value : 0;
    }

    @HotPath
    private boolean isExpired(long value) {
        return !isStatic(value) && now - (int) value > ageingSeconds;
    }

    @HotPath
    private static boolean isStatic(long value) {
        return (value & STATIC) != 0;
    }

    @HotPath
    private static boolean isKey(long cell) {
        return cell != EMPTY && cell != CLAIMED;
    }

    @HotPath
    private static int portOf(long value) {
        return (int) (value >>> PORT_SHIFT) & MAX_PORT;
    }

    @HotPath
    private static long valueOf(int port, int stamp) {
        return ((long) port << PORT_SHIFT) | (stamp & STAMP_MASK);
    }

    private static void checkPort(int port) {
        if (port < 0 || port > MAX_PORT) {
            throw new IllegalArgumentException(
                    "port: " + port + " (expected: 0.." + MAX_PORT + ")");
        }
    }

    @HotPath
    private long hash(long key) {
        long hash = (key ^ seed) * 0x9e3779b97f4a7c15L;
        hash ^= hash >>> 32;
        hash *= 0xd6e8feb86659fd93L;
        return hash ^ (hash >>> 32);
    }

    @HotPath
    private int first(long hash) {
        return ((int) hash & bucketMask) << BUCKET_SHIFT;
    }

    /// Never the first one.
    @HotPath
    private int second(long hash) {
        int first = (int) hash & bucketMask;
        int second = (int) (hash >>> 32) & bucketMask;
        return (second == first ? first ^ 1 : second) << BUCKET_SHIFT;
    }

    @Override
    public String toString() {
        return "MacTable[" + size() + "/" + maxEntries + "]";
    }
}
