package io.xdp4j.core.frame;

import io.xdp4j.ebpf.HotPath;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Magazines, the last one put down on top: chunks that were in use a moment ago are in some
/// processor's cache still, so few chunks go round while few are in flight.
///
/// The head is the top magazine's number and a count of changes, so that a magazine that was taken
/// and put back meanwhile is not mistaken for one that stayed.
///
/// | step | puts down | takes |
/// |---|---|---|
/// | A | writes what lies below, then the head | B: reads the head, then what lies below |
///
/// (A) pairs with (B), by the head's compare-and-set: also the frames in a magazine are seen.
///
/// Thread: any.
@HotPath
final class MagazineStack {
    private static final int NONE = -1;
    private static final long NUMBER = 0xffff_ffffL;
    private static final long CHANGE = 1L << 32;

    private final Magazine[] magazines;

    /// What lies below each magazine.
    private final int[] below;

    private final AtomicLong head = new AtomicLong(NONE & NUMBER);

    /// @param magazines all that it may get, by number
    MagazineStack(Magazine[] magazines) {
        this.magazines = magazines;
        this.below = new int[magazines.length];
    }

    void push(Magazine magazine) {
        long top;
        do {
            top = head.get();
            below[magazine.index] = (int) top;
        } while (!head.compareAndSet(top, next(top, magazine.index))); // (A)
    }

    /// The top one, or null.
    @Nullable Magazine pop() {
        while (true) {
            long top = head.get(); // (B)
            int index = (int) top;
            if (index == NONE) {
                return null;
            }
            // Another thread's from here on, if that was faster: then the head has changed.
            if (head.compareAndSet(top, next(top, below[index]))) {
                return magazines[index];
            }
        }
    }

    private static long next(long top, int index) {
        return ((top & ~NUMBER) + CHANGE) | (index & NUMBER);
    }

    /// Magazines here; exact only while no thread puts down or takes.
    int size() {
        int size = 0;
        int index = (int) head.get();
        while (index != NONE && size < magazines.length) {
            size++;
            index = below[index];
        }
        return size;
    }
}
