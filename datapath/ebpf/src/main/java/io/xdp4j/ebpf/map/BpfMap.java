package io.xdp4j.ebpf.map;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.MapException;
import io.xdp4j.ebpf.memory.RawMemory;
import java.util.concurrent.locks.ReentrantLock;
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
    private final int cpus;
    private final MapMemory memory = new MapMemory();
    private final ReentrantLock userLock = new ReentrantLock();
    private long scratch;
    private volatile boolean frozen;

    /// @param id unique in its [io.xdp4j.ebpf.vm.BpfRuntime]
    BpfMap(MapSpec spec, int id, int cpus) {
        this.spec = spec;
        this.id = id;
        this.cpus = cpus;
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

    /// First byte of the value with that byte, which the map [owns][#owns], where programs may use
    /// its [#valueSize] bytes for as long as the map lives; else 0. For checked memory.
    public long valueAround(long address) {
        return 0;
    }

    // ---- users

    /// The value, or null when there is none.
    public final byte @Nullable [] lookup(byte[] key) {
        return lookup(key, 0);
    }

    /// The value, or null when there is none; with [MapFlags#LOCK] read under its spin lock.
    public byte @Nullable [] lookup(byte[] key, long flags) {
        requireRead();
        if ((flags & ~MapFlags.LOCK) != 0
                || ((flags & MapFlags.LOCK) != 0 && spec.field("bpf_spin_lock") == null)) {
            throw failure(Errno.EINVAL, "lookup flags " + flags + " (expected: 0, or LOCK)");
        }
        userLock.lock();
        try {
            return userLookup(keyIn(key), flags);
        } finally {
            userLock.unlock();
        }
    }

    /// Sets a value; per-CPU types take one value for all CPUs or one for each.
    public final void update(byte[] key, byte[] value, long flags) {
        requireWrite();
        if ((flags & MapFlags.LOCK) != 0 && spec.field("bpf_spin_lock") == null) {
            throw failure(Errno.EINVAL, "update with LOCK, but values have no bpf_spin_lock");
        }
        userLock.lock();
        try {
            long keyAt = keyIn(key);
            check(userUpdate(keyAt, valueIn(value), flags), "update");
        } finally {
            userLock.unlock();
        }
    }

    /// Fails: ENOENT for a missing key, EINVAL where entries cannot be deleted.
    public final void delete(byte[] key) {
        requireWrite();
        userLock.lock();
        try {
            check(userDelete(keyIn(key)), "delete");
        } finally {
            userLock.unlock();
        }
    }

    /// The key behind `key`; the first for null or an unknown key; null at the end.
    public final byte @Nullable [] nextKey(byte @Nullable [] key) {
        requireRead();
        userLock.lock();
        try {
            long keyAt = key == null ? 0 : keyIn(key);
            int error = userNextKey(keyAt, scratch() + nextKeyOffset());
            if (error == -Errno.ENOENT) {
                return null;
            }
            check(error, "next key");
            byte[] next = new byte[keySize()];
            RawMemory.copyOut(scratch() + nextKeyOffset(), next, 0, next.length);
            return next;
        } finally {
            userLock.unlock();
        }
    }

    /// Takes a value out and returns it (`BPF_MAP_LOOKUP_AND_DELETE_ELEM`); null when there is
    /// none.
    public final byte @Nullable [] lookupAndDelete(byte[] key) {
        return lookupAndDelete(key, 0);
    }

    /// As the other; with [MapFlags#LOCK] the value is read under its spin lock.
    public final byte @Nullable [] lookupAndDelete(byte[] key, long flags) {
        if ((flags & ~MapFlags.LOCK) != 0) {
            throw failure(Errno.EINVAL, "lookup-and-delete flags " + flags);
        }
        requireRead();
        requireWrite();
        requireTake(flags);
        userLock.lock();
        try {
            return userTake(keyIn(key));
        } finally {
            userLock.unlock();
        }
    }

    /// Where the value of a CPU lies, 0 for none.
    final long addressOf(byte[] key, int cpu) {
        requireRead();
        userLock.lock();
        try {
            return lookup(keyIn(key), cpu);
        } finally {
            userLock.unlock();
        }
    }

    /// Asks about a value that is in scratch memory; for sets.
    final boolean ask(byte[] value) {
        requireRead();
        userLock.lock();
        try {
            return userAsk(valueIn(value));
        } finally {
            userLock.unlock();
        }
    }

    boolean userAsk(long value) {
        return false;
    }

    // ---- what types do for users; called with the user lock held, addresses in scratch memory

    /// The value in the user's form, or null when there is none.
    abstract byte @Nullable [] userLookup(long key, long flags);

    /// Value in the user's form; 0 or a negated errno.
    int userUpdate(long key, long value, long flags) {
        return update(key, value, flags, userCpu());
    }

    int userDelete(long key) {
        return delete(key, userCpu());
    }

    /// Writes the key behind `key`, or the first for 0; -ENOENT at the end.
    abstract int userNextKey(long key, long next);

    /// Fails: EINVAL for flags that the type does not have.
    void requireTake(long flags) {
        if (flags != 0 && spec.field("bpf_spin_lock") == null) {
            throw failure(Errno.EINVAL, "lookup-and-delete flags " + flags);
        }
    }

    byte @Nullable [] userTake(long key) {
        throw failure(Errno.ENOTSUPP, "no lookup-and-delete");
    }

    /// Number that user-side calls give as their CPU: one behind the last.
    final int userCpu() {
        return cpus;
    }

    public final int cpus() {
        return cpus;
    }

    final MapMemory memory() {
        return memory;
    }

    /// Bytes of a value as users see it.
    public final int userValueSize() {
        return type().isPerCpu() ? ((valueSize() + 7) & -8) * cpus : valueSize();
    }

    final void check(int error, String what) {
        if (error < 0) {
            throw failure(-error, what + " refused");
        }
    }

    final MapException failure(int errno, String what) {
        return new MapException(errno, this + ": " + what);
    }

    private void requireRead() {
        if ((spec.flags() & MapFlags.WRONLY) != 0) {
            throw failure(Errno.EPERM, "write-only for users (BPF_F_WRONLY)");
        }
    }

    final void requireWrite() {
        if ((spec.flags() & MapFlags.RDONLY) != 0) {
            throw failure(Errno.EPERM, "read-only for users (BPF_F_RDONLY)");
        }
        if (frozen) {
            throw failure(Errno.EPERM, "frozen");
        }
    }

    /// Bytes that users pass as a key.
    int userKeySize() {
        return keySize();
    }

    private long keyIn(byte[] key) {
        if (key.length != userKeySize()) {
            throw failure(
                    Errno.EINVAL,
                    "key of " + key.length + " bytes (expected: " + userKeySize() + ")");
        }
        RawMemory.copyIn(key, 0, scratch(), key.length);
        return scratch();
    }

    private long valueIn(byte[] value) {
        long at = scratch() + valueOffset();
        if (value.length == userValueSize()) {
            RawMemory.copyIn(value, 0, at, value.length);
        } else if (type().isPerCpu() && value.length == valueSize()) {
            int stride = (valueSize() + 7) & -8;
            for (int cpu = 0; cpu < cpus; cpu++) {
                RawMemory.copyIn(value, 0, at + (long) cpu * stride, value.length);
            }
        } else {
            throw failure(
                    Errno.EINVAL,
                    "value of " + value.length + " bytes (expected: " + userValueSize() + ")");
        }
        return at;
    }

    /// Key, next key, value; guarded by the user lock.
    private long scratch() {
        if (scratch == 0) {
            scratch = memory.allocate(valueOffset() + userValueSize() + 8L, 8);
        }
        return scratch;
    }

    /// Room for one value in the user's form; with the user lock held.
    final long scratchValue() {
        return scratch() + valueOffset();
    }

    private long nextKeyOffset() {
        return (Math.max(userKeySize(), keySize()) + 15L) & -8L;
    }

    private long valueOffset() {
        return 2 * nextKeyOffset();
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
    ///
    /// Fails: EPERM when it is frozen already, ENOTSUPP with fields that the kernel manages.
    public void freeze() {
        if (!spec.fields().isEmpty()) {
            throw failure(Errno.ENOTSUPP, "values with special fields cannot be frozen");
        }
        if ((spec.flags() & MapFlags.RDONLY) != 0) {
            throw failure(Errno.EPERM, "read-only for users (BPF_F_RDONLY)");
        }
        if (frozen) {
            throw failure(Errno.EPERM, "frozen already");
        }
        frozen = true;
    }

    public final boolean isFrozen() {
        return frozen;
    }

    /// Frees the memory. No program may run on the map any more.
    @Override
    public void close() {
        memory.close();
    }

    @Override
    public String toString() {
        return type().text() + " " + name() + " (id " + id + ")";
    }
}
