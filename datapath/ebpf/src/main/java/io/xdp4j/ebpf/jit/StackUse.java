package io.xdp4j.ebpf.jit;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/// Which bytes of a function's stack frame are only ever reached at fixed places.
///
/// Collects accesses; then tells the slots that can live in JVM locals: all accesses have the same
/// place and size, and no pointer to them leaves the function's sight.
final class StackUse {
    private static final int FRAME_BYTES = 512;

    private final BitSet escaped = new BitSet(FRAME_BYTES);
    private final Map<Integer, Integer> sizes = new HashMap<>();
    private final int[] owner = new int[FRAME_BYTES];
    private final BitSet spoiled = new BitSet(FRAME_BYTES);
    private boolean usesFrame;

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

    /// Memory from `offset` on is handed to someone else.
    void escape(int offset, int size) {
        usesFrame = true;
        int from = Math.max(offset, -FRAME_BYTES);
        int to = Math.min(offset + size, 0);
        if (from < to) {
            escaped.set(from + FRAME_BYTES, to + FRAME_BYTES);
        }
    }

    void escapeAll() {
        escape(-FRAME_BYTES, FRAME_BYTES);
    }

    /// True when the access at `offset` is to a slot that can be a local.
    boolean isPromotable(int offset, int size) {
        Integer known = sizes.get(offset);
        if (known == null || known != size) {
            return false;
        }
        for (int at = offset; at < offset + size; at++) {
            int index = at + FRAME_BYTES;
            if (owner[index] != offset || escaped.get(index) || spoiled.get(index)) {
                return false;
            }
        }
        return true;
    }

    /// True when some slot or escaped memory has to be real memory.
    boolean usesFrame() {
        if (usesFrame) {
            return true;
        }
        for (Map.Entry<Integer, Integer> access : sizes.entrySet()) {
            if (!isPromotable(access.getKey(), access.getValue())) {
                return true;
            }
        }
        return false;
    }
}
