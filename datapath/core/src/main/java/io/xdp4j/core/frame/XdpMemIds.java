package io.xdp4j.core.frame;

import java.util.BitSet;

/// Hands out the ids of memory models: round and round, never one that is in use.
///
/// Thread: any.
/// Kernel: `mem_id_pool`, `__mem_id_cyclic_get`, net/core/xdp.c.
public final class XdpMemIds {
    private static final int FIRST = 1;
    private static final int LAST = 0xfffe;

    private final BitSet used = new BitSet();
    private int next = FIRST;

    /// A free id, 1..0xFFFE.
    ///
    /// Fails: `IllegalStateException` when all are in use.
    public synchronized int take() {
        int id = used.nextClearBit(next);
        if (id > LAST) {
            id = used.nextClearBit(FIRST);
        }
        if (id > LAST) {
            throw new IllegalStateException("no memory model id is free (" + LAST + " in use)");
        }
        used.set(id);
        next = id == LAST ? FIRST : id + 1;
        return id;
    }

    /// Gives an id back.
    public synchronized void release(int id) {
        used.clear(id);
    }
}
