package io.xdp4j.ebpf.map;

import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;

/// Nodes of a trie over prefixes, four bits a level, with the levels where nothing branches left
/// out.
///
/// A node at depth `d` holds the prefixes of lengths `d + 1` to `d + 4` as a binary heap (index 2
/// and 3 for one bit, 16 to 31 for four), and for each of the 16 values of its four bits a pair:
/// the longest of those prefixes, and the node below. So a level costs one cache line. The word
/// that leads to a node has its depth in the upper bits, and says whether levels were left out,
/// so that only then the node's own copy of the prefix is looked at.
///
/// Thread: readers and the one writer as [LpmTrieMap] arranges; node memory is reused, never freed.
@HotPath
final class LpmNodes {
    static final int BITS = 4;

    private static final int DEPTH_SHIFT = 48;
    private static final long ADDRESS = (1L << DEPTH_SHIFT) - 1;
    private static final long SKIPS = Long.MIN_VALUE;

    private static final int PAIRS = 0;
    private static final int HEAP = 256;
    private static final int USED = 512;
    private static final int CHILDREN = 516;
    private static final int PREFIX = 520;

    private static final int SLAB_NODES = 64;

    private final MapMemory memory;
    private final int dataSize;
    private final int stride;
    private long free;
    private long slab;
    private int left;

    /// @param dataSize bytes of a key behind its length
    LpmNodes(MapMemory memory, int dataSize) {
        this.memory = memory;
        this.dataSize = dataSize;
        stride = (PREFIX + dataSize + 63) & -64;
    }

    // ---- words that lead to nodes

    static long address(long word) {
        return word & ADDRESS;
    }

    static int depth(long word) {
        return (int) (word >>> DEPTH_SHIFT) & 0x7fff;
    }

    static boolean skips(long word) {
        return word < 0;
    }

    static long word(long node, int depth, int parentDepth) {
        long skips = depth == parentDepth + BITS ? 0 : SKIPS;
        return node | (long) depth << DEPTH_SHIFT | skips;
    }

    // ---- nodes

    static long best(long node, int nibble) {
        return RawMemory.getLong(node + PAIRS + 16L * nibble);
    }

    static long child(long node, int nibble) {
        return RawMemory.getLong(node + PAIRS + 16L * nibble + 8);
    }

    static void setChild(long node, int nibble, long word) {
        long at = node + PAIRS + 16L * nibble + 8;
        int change = (word == 0 ? 0 : 1) - (RawMemory.getLong(at) == 0 ? 0 : 1);
        RawMemory.putLong(at, word);
        RawMemory.putInt(node + CHILDREN, children(node) + change);
    }

    static int children(long node) {
        return RawMemory.getInt(node + CHILDREN);
    }

    /// Prefixes that the node itself holds.
    static int used(long node) {
        return RawMemory.getInt(node + USED);
    }

    static long entry(long node, int heapIndex) {
        return RawMemory.getLong(node + HEAP + 8L * heapIndex);
    }

    static void setEntry(long node, int heapIndex, long entry) {
        long at = node + HEAP + 8L * heapIndex;
        int change = (entry == 0 ? 0 : 1) - (RawMemory.getLong(at) == 0 ? 0 : 1);
        RawMemory.putLong(at, entry);
        RawMemory.putInt(node + USED, used(node) + change);
        int length = 31 - Integer.numberOfLeadingZeros(heapIndex);
        int from = (heapIndex << (BITS - length)) & 15;
        for (int nibble = from; nibble < from + (1 << (BITS - length)); nibble++) {
            RawMemory.putLong(node + PAIRS + 16L * nibble, longest(node, nibble));
        }
    }

    private static long longest(long node, int nibble) {
        for (int index = 16 | nibble; index >= 2; index >>= 1) {
            long entry = entry(node, index);
            if (entry != 0) {
                return entry;
            }
        }
        return 0;
    }

    /// The bits that all below the node have in common; valid up to its depth.
    static long prefix(long node) {
        return node + PREFIX;
    }

    // ---- bits of keys (the bytes behind the length)

    static int nibble(long data, int depth) {
        return (RawMemory.u8(data + (depth >> 3)) >> (BITS - (depth & BITS))) & 15;
    }

    /// True when both agree in the bits `from .. to - 1`, multiples of four.
    static boolean agree(long a, long b, int from, int to) {
        return common(a, b, from, to) == to;
    }

    /// The first multiple of four in `from .. to` whose bits differ; `to` when none does.
    static int common(long a, long b, int from, int to) {
        int at = from;
        while (at < to) {
            if ((at & 7) == 0 && at + 8 <= to) {
                if (RawMemory.u8(a + (at >> 3)) == RawMemory.u8(b + (at >> 3))) {
                    at += 8;
                    continue;
                }
            }
            if (nibble(a, at) != nibble(b, at)) {
                return at;
            }
            at += BITS;
        }
        return to;
    }

    // ---- memory; for the writer

    /// An empty node with that prefix.
    long take(long data) {
        long node = free;
        if (node != 0) {
            free = RawMemory.getLong(node);
        } else {
            if (left == 0) {
                slab = memory.allocate((long) SLAB_NODES * stride, 64);
                left = SLAB_NODES;
            }
            node = slab + (long) --left * stride;
        }
        RawMemory.zero(node, PREFIX);
        RawMemory.copy(data, node + PREFIX, dataSize);
        return node;
    }

    /// Takes a node back. Its words become links that no reader trusts: their depth is 0.
    void give(long node) {
        RawMemory.zero(node, PREFIX);
        RawMemory.putLong(node, free);
        free = node;
    }
}
