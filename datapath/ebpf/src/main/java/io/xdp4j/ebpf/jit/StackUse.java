package io.xdp4j.ebpf.jit;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/// Which bytes of a function's stack frame are only ever reached at fixed places.
///
/// Collects accesses; then tells the slots that can live in JVM locals: all accesses have the same
/// place and size, and no pointer to them leaves the function's sight.
final class StackUse {
    private static final int FRAME_BYTES = 512;

    private final BitSet escaped = new BitSet(FRAME_BYTES);
    private final TreeMap<Integer, Integer> sizes = new TreeMap<>();
    private final int[] owner = new int[FRAME_BYTES];
    private final BitSet spoiled = new BitSet(FRAME_BYTES);
    private final List<Key> keys = new ArrayList<>();

    /// A key that a look-up takes from the frame: it may be made of several slots.
    private record Key(int offset, int size) {}

    /// A load or store of `size` bytes at a frame offset, -512..-1.
    void access(int offset, int size) {
        Integer known = sizes.putIfAbsent(offset, size);
        boolean clash = known != null && known != size;
        for (int at = offset; at < offset + size; at++) {
            int index = at + FRAME_BYTES;
            if (owner[index] == 0) {
                owner[index] = offset;
            } else if (owner[index] != offset) {
                clash = true;
            }
        }
        if (clash) {
            spoil(offset, Math.max(size, known == null ? 0 : known));
        }
    }

    private void spoil(int offset, int size) {
        spoiled.set(offset + FRAME_BYTES, offset + size + FRAME_BYTES);
    }

    /// A look-up takes its key from there.
    void readKey(int offset, int size) {
        keys.add(new Key(offset, size));
    }

    /// Memory from `offset` on is handed to someone else.
    void escape(int offset, int size) {
        int from = Math.max(offset, -FRAME_BYTES);
        int to = Math.min(offset + size, 0);
        if (from < to) {
            escaped.set(from + FRAME_BYTES, to + FRAME_BYTES);
        }
    }

    void escapeAll() {
        escape(-FRAME_BYTES, FRAME_BYTES);
    }

    /// The slots that can be locals, at most so many: sizes by offset.
    NavigableMap<Integer, Integer> promotable(int most) {
        NavigableMap<Integer, Integer> slots = new TreeMap<>();
        sizes.forEach((offset, size) -> {
            if (slots.size() < most && isPromotable(offset, size)) {
                slots.put(offset, size);
            }
        });
        boolean hasChanged = true;
        while (hasChanged) {
            hasChanged = false;
            for (Key key : keys) {
                hasChanged |= demote(key, slots);
            }
        }
        return slots;
    }

    /// A key that is not made of slots throughout is read from memory, and so are its slots. True
    /// when there were any.
    private static boolean demote(Key key, NavigableMap<Integer, Integer> slots) {
        int end = key.offset + key.size;
        return !isMadeOf(slots, key.offset, key.size)
                && slots.entrySet()
                        .removeIf(slot ->
                                slot.getKey() < end
                                        && slot.getKey() + slot.getValue() > key.offset);
    }

    /// True when each of the bytes lies in one of the slots.
    static boolean isMadeOf(NavigableMap<Integer, Integer> slots, int offset, int size) {
        int at = offset;
        while (at < offset + size) {
            var slot = slots.floorEntry(at);
            if (slot == null || slot.getKey() + slot.getValue() <= at) {
                return false;
            }
            at = slot.getKey() + slot.getValue();
        }
        return true;
    }

    private boolean isPromotable(int offset, int size) {
        for (int at = offset; at < offset + size; at++) {
            int index = at + FRAME_BYTES;
            if (owner[index] != offset || escaped.get(index) || spoiled.get(index)) {
                return false;
            }
        }
        return true;
    }
}
