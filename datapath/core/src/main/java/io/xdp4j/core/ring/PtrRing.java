package io.xdp4j.core.ring;

import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.ebpf.HotPath;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/// A bounded ring of frames: any thread produces, one poller consumes.
///
/// A producer first claims slots, one compare-and-set for a whole bulk, then fills them; the
/// consumer stops at a slot that is claimed but not filled yet. The capacity is exact, not rounded
/// to a power of two.
///
/// | step | producer | consumer |
/// |---|---|---|
/// | A | reads how far the consumer is | B: frees a slot, then says so |
/// | C | fills a slot, and with it publishes the frame | D: reads the slot |
///
/// (A) pairs with (B): a slot is free before it is claimed again. (C) pairs with (D): a producer's
/// writes to a frame happen before the consumer's reads of it.
///
/// Thread: producing any; [#consume] the polling worker only.
/// Owns: each frame from its acceptance until [#consume] hands it out.
/// Fails: what a full ring does not accept stays with the caller.
/// Kernel: `struct ptr_ring`, as veth and cpumap use it.
@HotPath
public final class PtrRing {
    private static final VarHandle SLOTS = MethodHandles.arrayElementVarHandle(XdpFrame[].class);
    private static final VarHandle POSITIONS = MethodHandles.arrayElementVarHandle(long[].class);

    // Positions count frames since the start; each lies in a cache line pair of its own.
    private static final int CLAIMED = 16;
    private static final int LIMIT = 32;
    private static final int CONSUMED = 48;
    private static final int POSITIONS_LENGTH = 64;

    private final @Nullable XdpFrame[] slots;
    private final long[] positions = new long[POSITIONS_LENGTH];
    private final int mask;
    private final int capacity;

    /// A ring of `capacity` frames, 1..16384.
    public PtrRing(int capacity) {
        if (capacity < 1 || capacity > 16384) {
            throw new IllegalArgumentException("capacity: " + capacity + " (expected: 1..16384)");
        }
        this.capacity = capacity;
        this.slots = new XdpFrame[Integer.highestOneBit(2 * capacity - 1)];
        this.mask = slots.length - 1;
        positions[LIMIT] = capacity;
    }

    /// Puts in a frame; false when the ring is full.
    public boolean produce(XdpFrame frame) {
        long at;
        do {
            at = (long) POSITIONS.getAcquire(positions, CLAIMED);
            if (room(at, 1) <= 0) {
                return false;
            }
        } while (!POSITIONS.compareAndSet(positions, CLAIMED, at, at + 1));
        SLOTS.setRelease(slots, (int) at & mask, frame); // (C)
        return true;
    }

    /// Puts in the first of `count` frames, as many as fit, and returns how many.
    public int produce(XdpFrame[] frames, int count) {
        long at;
        int accepted;
        do {
            at = (long) POSITIONS.getAcquire(positions, CLAIMED);
            accepted = (int) Math.min(count, room(at, count));
            if (accepted <= 0) {
                return 0;
            }
        } while (!POSITIONS.compareAndSet(positions, CLAIMED, at, at + accepted));
        for (int i = 0; i < accepted; i++) {
            SLOTS.setRelease(slots, (int) (at + i) & mask, frames[i]); // (C)
        }
        return accepted;
    }

    /// Free slots from position `at` on. Looks at the consumer's position, which that keeps
    /// changing, only when the limit known so far leaves fewer than `wanted`.
    private long room(long at, int wanted) {
        long room = (long) POSITIONS.getAcquire(positions, LIMIT) - at;
        if (room < wanted) {
            long limit = (long) POSITIONS.getAcquire(positions, CONSUMED) + capacity; // (A)
            POSITIONS.setRelease(positions, LIMIT, limit);
            room = limit - at;
        }
        return room;
    }

    /// Takes the oldest frame out; null when there is none, or its producer is not done with it.
    public @Nullable XdpFrame consume() {
        long at = positions[CONSUMED];
        int slot = (int) at & mask;
        XdpFrame frame = (XdpFrame) SLOTS.getAcquire(slots, slot); // (D)
        if (frame != null) {
            slots[slot] = null;
            POSITIONS.setRelease(positions, CONSUMED, at + 1); // (B)
        }
        return frame;
    }

    /// Takes out up to `limit` of the oldest frames, in order, and returns how many.
    public int consume(XdpFrame[] into, int limit) {
        long at = positions[CONSUMED];
        int taken = 0;
        while (taken < limit) {
            int slot = (int) (at + taken) & mask;
            XdpFrame frame = (XdpFrame) SLOTS.getAcquire(slots, slot); // (D)
            if (frame == null) {
                break;
            }
            slots[slot] = null;
            into[taken++] = frame;
        }
        POSITIONS.setRelease(positions, CONSUMED, at + taken); // (B)
        return taken;
    }

    public boolean isEmpty() {
        return size() == 0;
    }

    /// Frames in the ring, those being put in included; a snapshot.
    public int size() {
        long consumed = (long) POSITIONS.getVolatile(positions, CONSUMED);
        return (int) ((long) POSITIONS.getVolatile(positions, CLAIMED) - consumed);
    }

    public int capacity() {
        return capacity;
    }

    @Override
    public String toString() {
        return "PtrRing[" + size() + "/" + capacity + "]";
    }
}
