package io.xdp4j.ebpf.map;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.MapException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Several entries of a map in one call.
///
/// Thread: any; entries changed meanwhile may be seen or missed.
/// Fails: ENOTSUPP for types that the kernel has no batches for; else as the call for one entry,
/// and the message says how many entries were done.
/// Kernel: `BPF_MAP_LOOKUP_BATCH`, `..._LOOKUP_AND_DELETE_BATCH`, `..._UPDATE_BATCH`,
/// `..._DELETE_BATCH`.
@SuppressWarnings("ArrayRecordComponent") // keys and values are bytes; nobody compares entries
public final class MapBatch {
    private MapBatch() {}

    /// An entry as users see it.
    public record Entry(byte[] key, byte[] value) {}

    /// Part of a map.
    ///
    /// @param cursor where the next part starts; null at the end
    public record Page(List<Entry> entries, byte @Nullable [] cursor) {
        public Page {
            entries = List.copyOf(entries);
        }
    }

    private enum Operation {
        LOOKUP,
        TAKE,
        UPDATE,
        DELETE
    }

    /// Up to `count` entries behind the cursor; from the start for null.
    public static Page lookup(BpfMap map, byte @Nullable [] cursor, int count) {
        require(map, Operation.LOOKUP, count);
        List<Entry> entries = new ArrayList<>();
        byte[] at = cursor;
        byte[] next = map.nextKey(cursor);
        while (next != null && entries.size() < count) {
            byte[] value = map.lookup(next);
            if (value != null) {
                entries.add(new Entry(next, value));
            }
            at = next;
            next = map.nextKey(next);
        }
        return new Page(entries, next == null ? null : at);
    }

    /// Takes up to `count` entries out. The rest, if any, is had by another call: the cursor is not
    /// null then, and need not be given.
    public static Page lookupAndDelete(BpfMap map, int count) {
        require(map, Operation.TAKE, count);
        List<Entry> entries = new ArrayList<>();
        byte[] next = map.nextKey(null);
        while (next != null && entries.size() < count) {
            byte[] value = map.lookupAndDelete(next);
            if (value != null) {
                entries.add(new Entry(next, value));
            }
            next = map.nextKey(null);
        }
        return new Page(entries, next);
    }

    /// Sets all entries, in order.
    public static void update(BpfMap map, List<Entry> entries, long flags) {
        require(map, Operation.UPDATE, entries.size());
        int done = 0;
        try {
            for (Entry entry : entries) {
                map.update(entry.key(), entry.value(), flags);
                done++;
            }
        } catch (MapException e) {
            throw after(map, done, e);
        }
    }

    /// Deletes all keys, in order.
    public static void delete(BpfMap map, List<byte[]> keys) {
        require(map, Operation.DELETE, keys.size());
        int done = 0;
        try {
            for (byte[] key : keys) {
                map.delete(key);
                done++;
            }
        } catch (MapException e) {
            throw after(map, done, e);
        }
    }

    private static MapException after(BpfMap map, int done, MapException cause) {
        MapException failure =
                map.failure(cause.errno(), "batch stopped after " + done + " entries");
        failure.addSuppressed(cause);
        return failure;
    }

    private static void require(BpfMap map, Operation operation, int count) {
        if (count < 0) {
            throw new IllegalArgumentException("count: " + count + " (expected: 0 or more)");
        }
        boolean isSupported =
                switch (map.type()) {
                    case HASH, PERCPU_HASH, LRU_HASH, LRU_PERCPU_HASH, HASH_OF_MAPS -> true;
                    case LPM_TRIE -> operation != Operation.TAKE;
                    case ARRAY, PERCPU_ARRAY, ARRAY_OF_MAPS ->
                            operation == Operation.LOOKUP || operation == Operation.UPDATE;
                    default -> false;
                };
        if (!isSupported) {
            throw map.failure(Errno.ENOTSUPP, "no such batch operation");
        }
    }
}
