package io.xdp4j.ebpf.map;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawAtomics;
import io.xdp4j.ebpf.memory.RawMemory;
import org.jspecify.annotations.Nullable;

/// An array whose entries stand for kernel objects; each is a word, 0 for none.
///
/// Thread: any; an entry changes at once.
/// Kernel: `bpf_fd_array_map_update_elem`, kernel/bpf/arraymap.c.
abstract sealed class FdArrayMap extends BpfMap
        permits ProgArrayMap, ArrayOfMaps, PerfEventArrayMap, ObjectArrayMap {
    private final long cells;
    private final int entries;

    FdArrayMap(MapSpec spec, int id, int cpus) {
        super(spec, id, cpus);
        entries = spec.maxEntries();
        cells = memory().allocate(8L * entries, 64);
    }

    /// The word at that index, 0 for none or an index beyond the end.
    @HotPath
    final long cell(int index) {
        return Integer.compareUnsigned(index, entries) < 0
                ? RawAtomics.loadAcquire64(cells + 8L * index)
                : 0;
    }

    /// The word that a user's value becomes, or a negated errno.
    abstract long resolve(long value);

    /// What users read of an entry. Fails: ENOTSUPP where the type tells nothing.
    abstract byte[] show(long cell);

    /// An entry was replaced or taken out.
    void dropped(int index) {}

    /// Programs hold no pointers to entries, unless a type says otherwise.
    @Override
    @HotPath
    public long lookup(long key, int cpu) {
        return 0;
    }

    @Override
    @HotPath
    public int update(long key, long value, long flags, int cpu) {
        return -Errno.EPERM;
    }

    @Override
    @HotPath
    public int delete(long key, int cpu) {
        return -Errno.EPERM;
    }

    @Override
    public boolean owns(long address, int size) {
        return false;
    }

    @Override
    byte @Nullable [] userLookup(long key, long flags) {
        requireShowable();
        long cell = cell(RawMemory.getInt(key));
        return cell == 0 ? null : show(cell);
    }

    /// Fails: ENOTSUPP where users cannot read entries.
    void requireShowable() {}

    @Override
    int userUpdate(long key, long value, long flags) {
        if (flags != MapFlags.ANY) {
            return -Errno.EINVAL;
        }
        int index = RawMemory.getInt(key);
        if (Integer.compareUnsigned(index, entries) >= 0) {
            return -Errno.E2BIG;
        }
        long cell = resolve(value);
        if (cell < 0) {
            return (int) cell;
        }
        set(index, cell);
        return 0;
    }

    final void set(int index, long cell) {
        if (RawAtomics.exchange64(cells + 8L * index, cell) != 0) {
            dropped(index);
        }
    }

    @Override
    int userDelete(long key) {
        int index = RawMemory.getInt(key);
        if (Integer.compareUnsigned(index, entries) >= 0) {
            return -Errno.E2BIG;
        }
        if (RawAtomics.exchange64(cells + 8L * index, 0) == 0) {
            return -Errno.ENOENT;
        }
        dropped(index);
        return 0;
    }

    @Override
    int userNextKey(long key, long next) {
        return ArrayMap.nextIndex(key, next, entries);
    }

    static byte[] word(long cell) {
        return new byte[] {
            (byte) cell, (byte) (cell >> 8), (byte) (cell >> 16), (byte) (cell >> 24)
        };
    }
}
