package io.xdp4j.ebpf.map;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawAtomics;
import io.xdp4j.ebpf.memory.RawMemory;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Records from all CPUs in one order: that of their reservation.
///
/// A record has eight bytes in front of it: length with the busy bit 31 and the discard bit 30,
/// then the map's id, by which a record finds its map ([#mapId]). The area is twice the ring, so
/// that a record that begins near the end simply runs on behind it, instead of being mapped twice.
///
/// Thread: programs any; one consumer at a time.
/// Kernel: kernel/bpf/ringbuf.c.
public final class RingBufferMap extends BpfMap {
    public static final int HEADER_BYTES = 8;
    public static final int BUSY = 1 << 31;
    public static final int DISCARDED = 1 << 30;

    // flags of output, submit, discard
    public static final long NO_WAKEUP = 1;
    public static final long FORCE_WAKEUP = 2;

    /// `RINGBUF_MAX_RECORD_SZ`
    private static final long LARGEST_RECORD = 0xffff_ffffL / 4;

    private static final int LENGTH_MASK = ~(BUSY | DISCARDED);

    /// Takes a record's bytes where they lie; they are gone when it returns.
    @FunctionalInterface
    public interface RecordSink {
        void accept(long address, int length);
    }

    private final long area;
    private final long lock;
    private final long produced;
    private final long consumed;
    private final int size;
    private volatile Runnable wakeUp = () -> {};

    RingBufferMap(MapSpec spec, int id, int cpus) {
        super(spec, id, cpus);
        size = spec.maxEntries();
        long control = memory().allocate(512, 128);
        lock = control;
        produced = control + 128;
        consumed = control + 256;
        area = memory().allocate(2L * size, 4096);
    }

    // ---- programs

    /// Address of `bytes` bytes to fill, or 0; [#submit] or [#discard] must follow.
    @HotPath
    public long reserve(long bytes, long flags) {
        long length = (bytes + HEADER_BYTES + 7) & -8;
        if (flags != 0 || bytes < 0 || bytes > LARGEST_RECORD || length > size) {
            return 0;
        }
        SpinWord.lock(lock);
        long from = RawMemory.getLong(produced);
        if (from + length - RawAtomics.loadAcquire64(consumed) >= size) { // pairs with (C)
            SpinWord.unlock(lock);
            return 0;
        }
        long record = area + (from & (size - 1));
        RawMemory.putInt(record + 4, id());
        RawAtomics.storeRelease32(record, (int) bytes | BUSY);
        RawAtomics.storeRelease64(produced, from + length); // (A) pairs with poll()
        SpinWord.unlock(lock);
        return record + HEADER_BYTES;
    }

    /// Id of the map that a reserved record is in.
    @HotPath
    public static int mapId(long record) {
        return RawMemory.getInt(record - 4);
    }

    /// Bytes of a reserved record.
    @HotPath
    public static int length(long record) {
        return RawMemory.getInt(record - HEADER_BYTES) & LENGTH_MASK;
    }

    @HotPath
    public void submit(long record, long flags) {
        commit(record, 0, flags);
    }

    @HotPath
    public void discard(long record, long flags) {
        commit(record, DISCARDED, flags);
    }

    @HotPath
    private void commit(long record, int mark, long flags) {
        long header = record - HEADER_BYTES;
        int length = RawMemory.getInt(header) & LENGTH_MASK;
        RawAtomics.exchange32(header, length | mark); // (B) pairs with poll()
        boolean isNext = (RawAtomics.loadAcquire64(consumed) & (size - 1)) == header - area;
        if ((flags & FORCE_WAKEUP) != 0 || (isNext && (flags & NO_WAKEUP) == 0)) {
            wakeUp.run();
        }
    }

    /// Copies a record in: 0, EINVAL for unknown flags, EAGAIN when there is no room.
    @HotPath
    public int output(long data, long bytes, long flags) {
        if ((flags & ~(NO_WAKEUP | FORCE_WAKEUP)) != 0) {
            return -Errno.EINVAL;
        }
        long record = reserve(bytes, 0);
        if (record == 0) {
            return -Errno.EAGAIN;
        }
        RawMemory.copy(data, record, (int) bytes);
        submit(record, flags);
        return 0;
    }

    /// What `bpf_ringbuf_query` answers: 0 bytes to read, 1 size, 2 and 3 the consumer's and the
    /// producers' positions; 0 for other numbers.
    @HotPath
    public long query(long what) {
        long consumer = RawAtomics.loadAcquire64(consumed);
        long producer = RawAtomics.loadAcquire64(produced);
        return what == 0
                ? producer - consumer
                : what == 1 ? size : what == 2 ? consumer : what == 3 ? producer : 0;
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

    /// True for the bytes of one record that is reserved now.
    @Override
    public boolean owns(long address, int bytes) {
        if (address < area || address >= area + 2L * size) {
            return false;
        }
        long end = RawAtomics.loadAcquire64(produced);
        long at = RawAtomics.loadAcquire64(consumed);
        while (at < end) {
            long record = area + (at & (size - 1));
            int header = RawMemory.getInt(record);
            int length = header & LENGTH_MASK;
            long offset = address - record - HEADER_BYTES;
            if (offset >= 0 && offset < length) {
                return header < 0 && offset + bytes <= length;
            }
            at += (length + HEADER_BYTES + 7) & -8;
        }
        return false;
    }

    // ---- users

    /// Hands over the records there are, oldest first, up to the first that is not submitted yet;
    /// returns how many.
    public int poll(Consumer<byte[]> consumer) {
        return poll((address, length) -> {
            byte[] bytes = new byte[length];
            RawMemory.copyOut(address, bytes, 0, length);
            consumer.accept(bytes);
        });
    }

    /// As the other, without a copy.
    public synchronized int poll(RecordSink sink) {
        long at = RawMemory.getLong(consumed);
        int count = 0;
        while (at < RawAtomics.loadAcquire64(produced)) { // pairs with (A)
            long record = area + (at & (size - 1));
            int header = (int) RawAtomics.loadAcquire32(record); // pairs with (B)
            if ((header & BUSY) != 0) {
                break;
            }
            int length = header & LENGTH_MASK;
            at += (length + HEADER_BYTES + 7) & -8;
            if ((header & DISCARDED) == 0) {
                sink.accept(record + HEADER_BYTES, length);
                count++;
            }
            RawAtomics.exchange64(consumed, at); // (C) gives the room back
        }
        return count;
    }

    /// Called by programs when there is something to read and the reader had read all; must not
    /// block.
    public void onWakeUp(Runnable callback) {
        wakeUp = callback;
    }

    @Override
    byte @Nullable [] userLookup(long key, long flags) {
        throw failure(Errno.ENOTSUPP, "has no entries (expected: poll)");
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

    /// There is nothing to list; [#poll] reads records.
    @Override
    public void forEach(BiConsumer<byte[], byte[]> entry) {}
}
