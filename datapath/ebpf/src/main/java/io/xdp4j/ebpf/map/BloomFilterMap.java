package io.xdp4j.ebpf.map;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawAtomics;
import io.xdp4j.ebpf.memory.RawMemory;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// A set of values that may say yes wrongly, but never no.
///
/// Users add with `update(new byte[0], value, ANY)` and ask with [#contains].
///
/// Thread: any.
/// Kernel: kernel/bpf/bloom_filter.c.
public final class BloomFilterMap extends BpfMap {
    private static final int DEFAULT_HASHES = 5;

    private final long bits;
    private final long bitMask;
    private final int hashes;
    private final int valueSize;
    private final long seed;

    BloomFilterMap(MapSpec spec, int id, int cpus) {
        super(spec, id, cpus);
        hashes = spec.mapExtra() == 0 ? DEFAULT_HASHES : (int) spec.mapExtra();
        valueSize = spec.valueSize();
        seed = (spec.flags() & MapFlags.ZERO_SEED) != 0 ? 0 : Seeds.next();
        // n * k / ln 2 bits, the optimum, rounded up to a power of two.
        long wanted = Math.min((long) spec.maxEntries() * hashes * 7 / 5, 1L << 32);
        long size = Long.highestOneBit(Math.max(wanted, 64) * 2 - 1);
        bitMask = size - 1;
        bits = memory().allocate(size / 8, 64);
    }

    @HotPath
    private long bit(long value, int hash) {
        int h = KeyHash.of(value, valueSize, seed + hash * 0x9e37_79b9_7f4a_7c15L);
        return h & bitMask;
    }

    // ---- programs

    @Override
    @HotPath
    public int push(long value, long flags) {
        if (flags != MapFlags.ANY) {
            return -Errno.EINVAL;
        }
        for (int i = 0; i < hashes; i++) {
            long bit = bit(value, i);
            RawAtomics.or64(bits + (bit >> 6) * 8, 1L << bit);
        }
        return 0;
    }

    @Override
    @HotPath
    public int peek(long value) {
        for (int i = 0; i < hashes; i++) {
            long bit = bit(value, i);
            if ((RawMemory.getLong(bits + (bit >> 6) * 8) & (1L << bit)) == 0) {
                return -Errno.ENOENT;
            }
        }
        return 0;
    }

    @Override
    @HotPath
    public long lookup(long key, int cpu) {
        return 0;
    }

    @Override
    @HotPath
    public int update(long key, long value, long flags, int cpu) {
        return -Errno.EINVAL;
    }

    @Override
    @HotPath
    public int delete(long key, int cpu) {
        return -Errno.EOPNOTSUPP;
    }

    @Override
    public boolean owns(long address, int size) {
        return false;
    }

    // ---- users

    /// False when the value was never added.
    public boolean contains(byte[] value) {
        return ask(value);
    }

    @Override
    boolean userAsk(long value) {
        return peek(value) == 0;
    }

    @Override
    byte @Nullable [] userLookup(long key, long flags) {
        throw failure(Errno.EINVAL, "has no values to read (expected: contains)");
    }

    @Override
    int userUpdate(long key, long value, long flags) {
        return push(value, flags);
    }

    @Override
    int userNextKey(long key, long next) {
        return -Errno.EOPNOTSUPP;
    }

    /// Not known: 0.
    @Override
    public int count() {
        return 0;
    }

    /// There is nothing to list.
    @Override
    public void forEach(BiConsumer<byte[], byte[]> entry) {}
}
