package io.xdp4j.core.ring;

import io.xdp4j.core.HotPath;
import io.xdp4j.core.frame.XdpFrame;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;

/// A bounded ring of frames: any thread produces, one poller consumes.
///
/// The capacity is exact, not rounded to a power of two. Order between threads: a producer's writes
/// to a frame happen before the consumer's reads of it (JCTools stores the element with release and
/// loads it with acquire).
///
/// Thread: [#produce] any; [#consume] the polling worker only. Owns: each frame from a `true` of
/// [#produce] until [#consume] hands it out. Fails: [#produce] returns false when the ring is full;
/// the caller keeps the frame. Kernel: `struct ptr_ring`, as veth and cpumap use it.
@HotPath
public final class PtrRing {
    private final MpscVarHandleArrayQueue<XdpFrame> queue;
    private final int capacity;

    /// A ring of `capacity` frames, 1..16384.
    public PtrRing(int capacity) {
        if (capacity < 1 || capacity > 16384) {
            throw new IllegalArgumentException("capacity: " + capacity + " (expected: 1..16384)");
        }
        this.capacity = capacity;
        this.queue = new MpscVarHandleArrayQueue<>(Math.max(2, capacity));
    }

    public boolean produce(XdpFrame frame) {
        return queue.offerIfBelowThreshold(frame, capacity);
    }

    /// Puts in the first of `count` frames, as many as fit, and returns how many.
    public int produce(XdpFrame[] frames, int count) {
        int done = 0;
        while (done < count && produce(frames[done])) {
            done++;
        }
        return done;
    }

    public @Nullable XdpFrame consume() {
        return queue.relaxedPoll();
    }

    public boolean isEmpty() {
        return queue.isEmpty();
    }

    /// Frames in the ring; a snapshot.
    public int size() {
        return queue.size();
    }

    public int capacity() {
        return capacity;
    }

    @Override
    public String toString() {
        return "PtrRing[" + size() + "/" + capacity + "]";
    }
}
