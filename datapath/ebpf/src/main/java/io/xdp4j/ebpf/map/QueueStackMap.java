package io.xdp4j.ebpf.map;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// A queue or a stack of values, without keys: users pass an empty array for one.
///
/// Thread: any; a lock around each operation.
/// Kernel: kernel/bpf/queue_stack_maps.c.
public final class QueueStackMap extends BpfMap {
    private final boolean isStack;
    private final long lock;
    private final long values;
    private final int stride;
    private final int slots;
    private final int valueSize;
    private int head;
    private int tail;

    QueueStackMap(MapSpec spec, int id, int cpus) {
        super(spec, id, cpus);
        isStack = spec.type() == MapType.STACK;
        valueSize = spec.valueSize();
        stride = (valueSize + 7) & -8;
        slots = Math.addExact(spec.maxEntries(), 1);
        lock = memory().allocate(64, 64);
        values = memory().allocate((long) slots * stride, 64);
    }

    // ---- programs

    @Override
    @HotPath
    public int push(long value, long flags) {
        if (Long.compareUnsigned(flags, MapFlags.EXIST) > 0 || flags == MapFlags.NOEXIST) {
            return -Errno.EINVAL;
        }
        SpinWord.lock(lock);
        boolean isFull = next(head) == tail;
        if (isFull && flags != MapFlags.EXIST) {
            SpinWord.unlock(lock);
            return -Errno.E2BIG;
        }
        if (isFull) {
            tail = next(tail);
        }
        RawMemory.copy(value, slot(head), valueSize);
        head = next(head);
        SpinWord.unlock(lock);
        return 0;
    }

    @Override
    @HotPath
    public int pop(long value) {
        return get(value, true);
    }

    @Override
    @HotPath
    public int peek(long value) {
        return get(value, false);
    }

    @HotPath
    private int get(long value, boolean takes) {
        SpinWord.lock(lock);
        if (head == tail) {
            SpinWord.unlock(lock);
            RawMemory.zero(value, valueSize);
            return -Errno.ENOENT;
        }
        int at = isStack ? (head == 0 ? slots : head) - 1 : tail;
        RawMemory.copy(slot(at), value, valueSize);
        if (takes && isStack) {
            head = at;
        } else if (takes) {
            tail = next(tail);
        }
        SpinWord.unlock(lock);
        return 0;
    }

    @HotPath
    private int next(int slot) {
        return slot + 1 == slots ? 0 : slot + 1;
    }

    @HotPath
    private long slot(int index) {
        return values + (long) index * stride;
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
        return -Errno.EINVAL;
    }

    @Override
    public boolean owns(long address, int size) {
        return false;
    }

    // ---- users

    @Override
    byte @Nullable [] userLookup(long key, long flags) {
        return first(false);
    }

    @Override
    byte @Nullable [] userTake(long key) {
        return first(true);
    }

    private byte @Nullable [] first(boolean takes) {
        long at = scratchValue();
        if (get(at, takes) != 0) {
            return null;
        }
        byte[] value = new byte[valueSize];
        RawMemory.copyOut(at, value, 0, valueSize);
        return value;
    }

    @Override
    int userUpdate(long key, long value, long flags) {
        return push(value, flags);
    }

    @Override
    int userNextKey(long key, long next) {
        return -Errno.EINVAL;
    }

    @Override
    public int count() {
        SpinWord.lock(lock);
        int count = held();
        SpinWord.unlock(lock);
        return count;
    }

    /// The values with empty keys, oldest first; nothing is taken out.
    @Override
    public void forEach(BiConsumer<byte[], byte[]> entry) {
        SpinWord.lock(lock);
        byte[][] all = new byte[held()][];
        for (int i = 0; i < all.length; i++) {
            all[i] = new byte[valueSize];
            RawMemory.copyOut(slot((tail + i) % slots), all[i], 0, valueSize);
        }
        SpinWord.unlock(lock);
        for (byte[] value : all) {
            entry.accept(new byte[0], value);
        }
    }

    private int held() {
        return head >= tail ? head - tail : head - tail + slots;
    }
}
