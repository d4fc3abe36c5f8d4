package io.xdp4j.ebpf.map;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawAtomics;
import io.xdp4j.ebpf.memory.RawMemory;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/// Longest prefix match: a key is a length in bits, then that many bits of bytes in network order.
///
/// Readers take no lock: they walk the trie between two looks at a sequence number that the writer
/// makes odd while it works, and walk again when it moved. What they may meet in between is old
/// nodes, never foreign memory; depths only grow along a walk, so it ends.
///
/// Thread: any; one writer at a time.
/// Kernel: kernel/bpf/lpm_trie.c.
public final class LpmTrieMap extends BpfMap {
    /// Bytes of a key before its bits.
    public static final int PREFIX_BYTES = 4;

    private final ElementPool pool;
    private final LpmNodes nodes;
    private final ValueShape shape;
    private final MapEnvironment environment;
    private final int valueOffset;
    private final int maxBits;
    private final long lock;
    private final long sequence;

    /// Where the entry of length 0 is.
    private final long whole;

    private final long root;

    LpmTrieMap(MapSpec spec, int id, int cpus, MapEnvironment environment) {
        super(spec, id, cpus);
        this.environment = environment;
        maxBits = (spec.keySize() - PREFIX_BYTES) * 8;
        shape = new ValueShape(spec);
        valueOffset = (ElementPool.KEY + spec.keySize() + 7) & -8;
        int stride = (valueOffset + spec.valueSize() + 7) & -8;
        pool = new ElementPool(memory(), stride, spec.maxEntries(), cpus, 0, 0);
        nodes = new LpmNodes(memory(), spec.keySize() - PREFIX_BYTES);
        long control = memory().allocate(256, 64);
        lock = control;
        sequence = control + 64;
        whole = control + 128;
        root = nodes.take(memory().allocate(spec.keySize(), 8));
    }

    // ---- readers

    @Override
    @HotPath
    public long lookup(long key, int cpu) {
        int bits = RawMemory.getInt(key);
        if (Integer.compareUnsigned(bits, maxBits) > 0) {
            return 0;
        }
        int spins = 0;
        while (true) {
            int before = (int) RawAtomics.loadAcquire32(sequence); // pairs with endWrite()
            if ((before & 1) == 0) {
                long entry = match(key + PREFIX_BYTES, bits);
                VarHandle.acquireFence(); // the walk is over before the second look
                if (RawMemory.getInt(sequence) == before) {
                    return entry == 0 ? 0 : entry + valueOffset;
                }
            }
            spins = SpinWord.pause(spins);
        }
    }

    @HotPath
    private long match(long data, int bits) {
        long best = RawMemory.getLong(whole);
        long node = root;
        int depth = 0;
        while (depth + LpmNodes.BITS <= bits) {
            int nibble = LpmNodes.nibble(data, depth);
            long here = LpmNodes.best(node, nibble);
            best = here != 0 ? here : best;
            long word = LpmNodes.child(node, nibble);
            int next = LpmNodes.depth(word);
            if (next <= depth || next >= bits) {
                return best;
            }
            node = LpmNodes.address(word);
            if (LpmNodes.skips(word)
                    && !LpmNodes.agree(data, LpmNodes.prefix(node), depth + LpmNodes.BITS, next)) {
                return best;
            }
            depth = next;
        }
        return bits > depth ? partial(node, data, depth, bits, best) : best;
    }

    /// A key that ends within the node: only prefixes no longer than it count.
    @HotPath
    private static long partial(long node, long data, int depth, int bits, long best) {
        int nibble = LpmNodes.nibble(data, depth);
        for (int length = bits - depth; length > 0; length--) {
            long entry = LpmNodes.entry(node, (1 << length) | (nibble >> (LpmNodes.BITS - length)));
            if (entry != 0) {
                return entry;
            }
        }
        return best;
    }

    @Override
    public boolean owns(long address, int size) {
        return pool.owns(address, size, valueOffset, valueSize());
    }

    @Override
    public long valueAround(long address) {
        return pool.valueAround(address, valueOffset);
    }

    // ---- writers

    @Override
    @HotPath
    public int update(long key, long value, long flags, int cpu) {
        int bits = RawMemory.getInt(key);
        if (Long.compareUnsigned(flags, MapFlags.EXIST) > 0
                || Integer.compareUnsigned(bits, maxBits) > 0) {
            return -Errno.EINVAL;
        }
        SpinWord.lock(lock);
        long old = exact(key, bits);
        int result = HashTableMap.flagsError(old != 0, flags);
        long fresh = 0;
        if (result == 0) {
            fresh = old != 0 ? pool.takeSpare(cpu) : pool.take(cpu);
            result = fresh == 0 ? -Errno.ENOSPC : 0;
        }
        if (result == 0) {
            RawMemory.copy(key, fresh + ElementPool.KEY, keySize());
            shape.initialise(value, fresh + valueOffset);
            put(key, bits, fresh);
        }
        SpinWord.unlock(lock);
        if (result == 0 && old != 0) {
            shape.release(this, environment, old + valueOffset);
            pool.returnSpare(old, cpu);
        }
        return result;
    }

    @Override
    @HotPath
    public int delete(long key, int cpu) {
        int bits = RawMemory.getInt(key);
        if (Integer.compareUnsigned(bits, maxBits) > 0) {
            return -Errno.EINVAL;
        }
        SpinWord.lock(lock);
        long old = exact(key, bits);
        if (old != 0) {
            beginWrite();
            remove(key + PREFIX_BYTES, bits);
            endWrite();
        }
        SpinWord.unlock(lock);
        if (old == 0) {
            return -Errno.ENOENT;
        }
        shape.release(this, environment, old + valueOffset);
        pool.give(old, cpu);
        return 0;
    }

    @HotPath
    private void beginWrite() {
        RawAtomics.add32(sequence, 1);
    }

    @HotPath
    private void endWrite() {
        RawAtomics.add32(sequence, 1); // pairs with the first look in lookup()
    }

    @HotPath
    private static int nodeDepth(int bits) {
        return (bits - 1) & -LpmNodes.BITS;
    }

    @HotPath
    private static int heapIndex(long data, int bits) {
        int depth = nodeDepth(bits);
        int length = bits - depth;
        return (1 << length) | (LpmNodes.nibble(data, depth) >> (LpmNodes.BITS - length));
    }

    /// The entry of exactly that prefix, or 0. With the lock.
    @HotPath
    private long exact(long key, int bits) {
        if (bits == 0) {
            return RawMemory.getLong(whole);
        }
        long data = key + PREFIX_BYTES;
        long node = find(data, nodeDepth(bits));
        return node == 0 ? 0 : LpmNodes.entry(node, heapIndex(data, bits));
    }

    /// The node of that depth on the way of those bits, or 0. With the lock.
    @HotPath
    private long find(long data, int target) {
        long node = root;
        int depth = 0;
        while (depth < target) {
            long word = LpmNodes.child(node, LpmNodes.nibble(data, depth));
            int next = LpmNodes.depth(word);
            if (word == 0 || next > target) {
                return 0;
            }
            node = LpmNodes.address(word);
            if (!LpmNodes.agree(data, LpmNodes.prefix(node), depth, next)) {
                return 0;
            }
            depth = next;
        }
        return node;
    }

    @HotPath
    private void put(long key, int bits, long entry) {
        if (bits == 0) {
            RawAtomics.storeRelease64(whole, entry);
            return;
        }
        long data = key + PREFIX_BYTES;
        beginWrite();
        LpmNodes.setEntry(findOrMake(data, nodeDepth(bits)), heapIndex(data, bits), entry);
        endWrite();
    }

    @HotPath
    private long findOrMake(long data, int target) {
        long node = root;
        int depth = 0;
        while (depth < target) {
            int nibble = LpmNodes.nibble(data, depth);
            long word = LpmNodes.child(node, nibble);
            if (word == 0) {
                long leaf = nodes.take(data);
                LpmNodes.setChild(node, nibble, LpmNodes.word(leaf, target, depth));
                return leaf;
            }
            long below = LpmNodes.address(word);
            int next = LpmNodes.depth(word);
            int common =
                    LpmNodes.common(
                            data,
                            LpmNodes.prefix(below),
                            depth + LpmNodes.BITS,
                            Math.min(next, target));
            if (common < next) {
                return split(node, depth, below, next, common, data, target);
            }
            node = below;
            depth = next;
        }
        return node;
    }

    /// Puts a node at depth `middle` between two, and under it the one wanted at `target`.
    @HotPath
    private long split(
            long above, int depth, long below, int next, int middle, long data, int target) {
        long branch = nodes.take(data);
        LpmNodes.setChild(
                branch,
                LpmNodes.nibble(LpmNodes.prefix(below), middle),
                LpmNodes.word(below, next, middle));
        long wanted = branch;
        if (middle < target) {
            wanted = nodes.take(data);
            LpmNodes.setChild(
                    branch, LpmNodes.nibble(data, middle), LpmNodes.word(wanted, target, middle));
        }
        LpmNodes.setChild(
                above, LpmNodes.nibble(data, depth), LpmNodes.word(branch, middle, depth));
        return wanted;
    }

    @HotPath
    private void remove(long data, int bits) {
        if (bits == 0) {
            RawMemory.putLong(whole, 0);
            return;
        }
        int target = nodeDepth(bits);
        LpmNodes.setEntry(find(data, target), heapIndex(data, bits), 0);
        // The node may have become needless, and with it the one above.
        if (target > 0 && collapse(data, target)) {
            collapseAbove(data, target);
        }
    }

    @HotPath
    private void collapseAbove(long data, int below) {
        long node = root;
        int depth = 0;
        while (true) {
            long word = LpmNodes.child(node, LpmNodes.nibble(data, depth));
            int next = LpmNodes.depth(word);
            if (word == 0 || next >= below) {
                if (depth > 0) {
                    collapse(data, depth);
                }
                return;
            }
            node = LpmNodes.address(word);
            depth = next;
        }
    }

    /// Takes the node at that depth out when it holds nothing and does not branch.
    @HotPath
    private boolean collapse(long data, int target) {
        long above = root;
        int depth = 0;
        long word = LpmNodes.child(above, LpmNodes.nibble(data, 0));
        while (LpmNodes.depth(word) < target) {
            above = LpmNodes.address(word);
            depth = LpmNodes.depth(word);
            word = LpmNodes.child(above, LpmNodes.nibble(data, depth));
        }
        long node = LpmNodes.address(word);
        if (LpmNodes.used(node) > 0 || LpmNodes.children(node) > 1) {
            return false;
        }
        long only = onlyChild(node);
        long instead =
                only == 0 ? 0 : LpmNodes.word(LpmNodes.address(only), LpmNodes.depth(only), depth);
        LpmNodes.setChild(above, LpmNodes.nibble(data, depth), instead);
        nodes.give(node);
        return true;
    }

    @HotPath
    private static long onlyChild(long node) {
        for (int nibble = 0; nibble < 16; nibble++) {
            long word = LpmNodes.child(node, nibble);
            if (word != 0) {
                return word;
            }
        }
        return 0;
    }

    // ---- users

    @Override
    byte @Nullable [] userLookup(long key, long flags) {
        if (Integer.compareUnsigned(RawMemory.getInt(key), maxBits) > 0) {
            return null;
        }
        long at = lookup(key, userCpu());
        return at == 0 ? null : shape.toUser(at, false);
    }

    /// Longer prefixes first, then from left to right, as the kernel does.
    @Override
    int userNextKey(long key, long next) {
        SpinWord.lock(lock);
        long entry = nextEntry(key);
        SpinWord.unlock(lock);
        if (entry == 0) {
            return -Errno.ENOENT;
        }
        RawMemory.copy(entry + ElementPool.KEY, next, keySize());
        return 0;
    }

    private long nextEntry(long key) {
        int bits = key == 0 ? -1 : RawMemory.getInt(key);
        boolean isKnown =
                key != 0 && Integer.compareUnsigned(bits, maxBits) <= 0 && exact(key, bits) != 0;
        if (!isKnown) {
            long first = firstIn(root);
            return first != 0 ? first : RawMemory.getLong(whole);
        }
        if (bits == 0) {
            return 0;
        }
        long entry = behind(key + PREFIX_BYTES, bits);
        return entry != 0 ? entry : RawMemory.getLong(whole);
    }

    private long behind(long data, int bits) {
        int depth = nodeDepth(bits);
        long node = find(data, depth);
        int index = heapIndex(data, bits);
        while (true) {
            long entry = behindIn(node, index);
            if (entry != 0 || depth == 0) {
                return entry;
            }
            depth = parentDepth(data, depth);
            node = find(data, depth);
            index = 16 | LpmNodes.nibble(data, depth);
            entry = LpmNodes.entry(node, index);
            if (entry != 0) {
                return entry;
            }
        }
    }

    private int parentDepth(long data, int below) {
        long node = root;
        int depth = 0;
        while (true) {
            long word = LpmNodes.child(node, LpmNodes.nibble(data, depth));
            if (LpmNodes.depth(word) >= below) {
                return depth;
            }
            node = LpmNodes.address(word);
            depth = LpmNodes.depth(word);
        }
    }

    private static long behindIn(long node, int from) {
        for (int index = from; index >= 2; index >>= 1) {
            long entry = (index & 1) == 0 ? firstAt(node, index + 1) : 0;
            if (entry == 0 && index >= 4) {
                entry = LpmNodes.entry(node, index >> 1);
            }
            if (entry != 0) {
                return entry;
            }
        }
        return 0;
    }

    private static long firstIn(long node) {
        long entry = firstAt(node, 2);
        return entry != 0 ? entry : firstAt(node, 3);
    }

    private static long firstAt(long node, int index) {
        long entry;
        if (index < 16) {
            entry = firstAt(node, 2 * index);
            entry = entry != 0 ? entry : firstAt(node, 2 * index + 1);
        } else {
            long word = LpmNodes.child(node, index - 16);
            entry = word == 0 ? 0 : firstIn(LpmNodes.address(word));
        }
        return entry != 0 ? entry : LpmNodes.entry(node, index);
    }

    @Override
    byte @Nullable [] userTake(long key) {
        throw failure(Errno.ENOTSUPP, "no lookup-and-delete");
    }
}
