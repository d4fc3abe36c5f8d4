package io.xdp4j.ebpf.map;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawAtomics;
import io.xdp4j.ebpf.memory.RawMemory;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// Records from a user to programs, which drain them with `bpf_user_ringbuf_drain`.
///
/// Thread: one program drains at a time, under [#tryLock]; users submit from any thread.
/// Fails: as the kernel does, by negated errno.
/// Kernel: `user_ringbuf_map_ops`, kernel/bpf/ringbuf.c.
public final class UserRingBufferMap extends BpfMap {
    /// Samples that one drain takes at most.
    public static final int MAX_SAMPLES = 128 * 1024;

    private static final int HEADER_BYTES = RingBufferMap.HEADER_BYTES;

    private final long area;
    private final long drainLock;
    private final long produced;
    private final long consumed;
    private final int size;

    UserRingBufferMap(MapSpec spec, int id, int cpus) {
        super(spec, id, cpus);
        size = spec.maxEntries();
        long control = memory().allocate(512, 128);
        drainLock = control;
        produced = control + 128;
        consumed = control + 256;
        area = memory().allocate(2L * size, 4096);
    }

    // ---- programs

    /// False when another program drains: EBUSY.
    @HotPath
    public boolean tryLock() {
        return RawAtomics.compareExchange32(drainLock, 0, 1) == 0;
    }

    public void unlock() {
        SpinWord.unlock(drainLock);
    }

    /// Address of the oldest sample, or -ENODATA. With the lock.
    @HotPath
    public long peek() {
        long at = RawMemory.getLong(consumed);
        return at < RawAtomics.loadAcquire64(produced) // pairs with (A)
                ? area + (at & (size - 1)) + HEADER_BYTES
                : -Errno.ENODATA;
    }

    @HotPath
    public static int length(long sample) {
        return RawMemory.getInt(sample - HEADER_BYTES);
    }

    /// Takes the oldest sample out. With the lock.
    @HotPath
    public void release(long sample) {
        long next = RawMemory.getLong(consumed) + ((length(sample) + HEADER_BYTES + 7) & -8);
        RawAtomics.storeRelease64(consumed, next); // (B) gives the room back
    }

    @Override
    @HotPath
    public long lookup(long key, int cpu) {
        return 0;
    }

    @Override
    @HotPath
    public int update(long key, long value, long flags, int cpu) {
        return -Errno.ENOTSUPP;
    }

    @Override
    @HotPath
    public int delete(long key, int cpu) {
        return -Errno.ENOTSUPP;
    }

    /// True for the bytes of the sample that is being drained.
    @Override
    public boolean owns(long address, int bytes) {
        long sample = peek();
        return sample > 0 && address >= sample && address + bytes <= sample + length(sample);
    }

    // ---- users

    /// Puts a sample in; false when there is no room for it.
    public synchronized boolean submit(byte[] sample) {
        long from = RawMemory.getLong(produced);
        long length = (sample.length + (long) HEADER_BYTES + 7) & -8;
        if (from + length - RawAtomics.loadAcquire64(consumed) > size) { // pairs with (B)
            return false;
        }
        long record = area + (from & (size - 1));
        RawMemory.putInt(record, sample.length);
        RawMemory.putInt(record + 4, 0);
        RawMemory.copyIn(sample, 0, record + HEADER_BYTES, sample.length);
        RawAtomics.storeRelease64(produced, from + length); // (A) publishes the sample
        return true;
    }

    @Override
    byte @Nullable [] userLookup(long key, long flags) {
        throw failure(Errno.ENOTSUPP, "has no entries (expected: submit)");
    }

    @Override
    int userNextKey(long key, long next) {
        return -Errno.ENOTSUPP;
    }

    /// Ring buffers have no entries: 0.
    @Override
    public int count() {
        return 0;
    }

    /// There is nothing to list.
    @Override
    public void forEach(BiConsumer<byte[], byte[]> entry) {}
}
