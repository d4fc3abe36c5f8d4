package io.xdp4j.ebpf.map;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.MapException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// A live map: values outside the heap, so that programs hold real pointers to them.
///
/// Two faces. Programs (the methods with addresses) never fail by exception: 0 or an address, or a
/// negated [Errno]. Users (the methods with arrays) get a [MapException] with the same number; they
/// see what `bpf(2)` shows: per-CPU values are all CPUs' values behind each other, each rounded up
/// to eight bytes.
///
/// Thread: any, unless a type says otherwise; program-side calls name the CPU they run on.
/// Owns: its memory, until [#close].
/// Kernel: `struct bpf_map`, `struct bpf_map_ops`.
public abstract class BpfMap implements AutoCloseable {
    /// Map pointers in registers are `HANDLE_BASE + id * HANDLE_STEP`: no address a program could
    /// use.
    public static final long HANDLE_BASE = 0x4d41_5000_0000_0000L;

    public static final long HANDLE_STEP = 64;

    private final MapSpec spec;
    private final int id;
    private volatile boolean frozen;

    /// @param id unique in its [io.xdp4j.ebpf.vm.BpfRuntime]
    protected BpfMap(MapSpec spec, int id) {
        this.spec = spec;
        this.id = id;
    }

    public final MapSpec spec() {
        return spec;
    }

    public final String name() {
        return spec.name();
    }

    public final MapType type() {
        return spec.type();
    }

    public final int keySize() {
        return spec.keySize();
    }

    public final int valueSize() {
        return spec.valueSize();
    }

    public final int maxEntries() {
        return spec.maxEntries();
    }

    public final int id() {
        return id;
    }

    /// What a program's map pointer holds.
    public final long handle() {
        return HANDLE_BASE + id * HANDLE_STEP;
    }

    // ---- programs

    /// Address of the value, or 0. Per-CPU types give the value of `cpu`; maps of maps give the
    /// inner map's handle.
    public abstract long lookup(long key, int cpu);

    /// 0 or a negated errno.
    public abstract int update(long key, long value, long flags, int cpu);

    /// 0 or a negated errno.
    public abstract int delete(long key, int cpu);

    /// `bpf_map_push_elem`: queue, stack, bloom filter.
    public int push(long value, long flags) {
        return -Errno.EOPNOTSUPP;
    }

    /// `bpf_map_pop_elem`.
    public int pop(long value) {
        return -Errno.EOPNOTSUPP;
    }

    /// `bpf_map_peek_elem`.
    public int peek(long value) {
        return -Errno.EOPNOTSUPP;
    }

    /// Id of the program in that slot of a program array; 0 for none, an index out of range, or
    /// another type of map. Hot path.
    public int programId(int index) {
        return 0;
    }

    /// Address of value bytes for a direct load (`PSEUDO_MAP_VALUE`): arrays with one entry or
    /// more, offset from entry 0. 0 where the type has no such address.
    public long valueBase() {
        return 0;
    }

    /// True when `address .. address + size - 1` lies within one value that a program may hold a
    /// pointer to. For the interpreter's checked memory, not for the hot path.
    public abstract boolean owns(long address, int size);

    // ---- users

    /// The value, or null when there is none.
    public abstract byte @Nullable [] lookup(byte[] key);

    /// Sets a value; per-CPU types take one value for all CPUs or one for each.
    public abstract void update(byte[] key, byte[] value, long flags);

    /// Fails: ENOENT for a missing key, EINVAL where entries cannot be deleted.
    public abstract void delete(byte[] key);

    /// The key behind `key`; the first for null or an unknown key; null at the end.
    public abstract byte @Nullable [] nextKey(byte @Nullable [] key);

    /// Takes a value out and returns it (`BPF_MAP_LOOKUP_AND_DELETE_ELEM`); null when there is
    /// none.
    public byte @Nullable [] lookupAndDelete(byte[] key) {
        throw new MapException(
                Errno.EOPNOTSUPP, name() + ": " + type().text() + " has no lookup-and-delete");
    }

    /// Entries in use.
    public int count() {
        int[] count = {0};
        forEach((_, _) -> count[0]++);
        return count[0];
    }

    /// Every entry, as the user sees it; entries changed meanwhile may be seen or missed.
    public void forEach(BiConsumer<byte[], byte[]> entry) {
        for (byte[] key = nextKey(null); key != null; key = nextKey(key)) {
            byte[] value = lookup(key);
            if (value != null) {
                entry.accept(key, value);
            }
        }
    }

    /// Refuses further changes from the user's side (`BPF_MAP_FREEZE`).
    public void freeze() {
        frozen = true;
    }

    public final boolean isFrozen() {
        return frozen;
    }

    /// Frees the memory. No program may run on the map any more.
    @Override
    public abstract void close();

    @Override
    public String toString() {
        return type().text() + " " + name() + " (id " + id + ")";
    }
}
