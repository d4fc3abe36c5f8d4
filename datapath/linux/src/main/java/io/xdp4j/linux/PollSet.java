package io.xdp4j.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// A fixed array of descriptors to wait for.
///
/// - Thread: one at a time.
/// - Owns: nothing; the array lives in the arena it was made with.
/// - Fails: [#poll(int)] returns `-errno`; index errors throw [IndexOutOfBoundsException].
/// - Kernel: `poll(2)`, `struct pollfd`.
public final class PollSet {
    public static final int POLLIN = 0x001;
    public static final int POLLPRI = 0x002;
    public static final int POLLOUT = 0x004;
    public static final int POLLERR = 0x008;
    public static final int POLLHUP = 0x010;
    public static final int POLLNVAL = 0x020;

    private static final int SIZE = 8;
    private static final int REVENTS = 6;

    private static final MethodHandle POLL =
            Downcall.of("poll", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);

    private final MemorySegment array;
    private final int capacity;

    private PollSet(MemorySegment array, int capacity) {
        this.array = array;
        this.capacity = capacity;
    }

    /// A set of `capacity` slots that wait for nothing yet.
    public static PollSet of(Arena arena, int capacity) {
        PollSet set = new PollSet(arena.allocate((long) capacity * SIZE, SIZE), capacity);
        for (int i = 0; i < capacity; i++) {
            set.set(i, -1, 0);
        }
        return set;
    }

    /// Waits once on the raw array of `count` `struct pollfd`: ready descriptors, 0 at the timeout,
    /// or `-errno`.
    ///
    /// @param timeoutMillis negative waits without end
    public static int poll(long pollfds, int count, int timeoutMillis) {
        MemorySegment slot = Downcall.errnoSlot();
        try {
            return Downcall.result(
                    (int) POLL.invokeExact(slot, pollfds, (long) count, timeoutMillis), slot);
        } catch (Throwable e) {
            throw Downcall.unexpected(e);
        }
    }

    /// Waits on one descriptor: its events, 0 at the timeout, or `-errno`. Allocates.
    public static int pollOne(int fd, int events, int timeoutMillis) {
        try (Arena arena = Arena.ofConfined()) {
            PollSet set = of(arena, 1);
            set.set(0, fd, events);
            int ready = set.poll(timeoutMillis);
            return ready <= 0 ? ready : set.revents(0);
        }
    }

    /// Sets what slot `index` waits for.
    ///
    /// @param fd descriptor; negative disables the slot
    /// @param events bits `POLL*`
    public void set(int index, int fd, int events) {
        array.setAtIndex(JAVA_INT, 2L * index, fd);
        // events and revents in one store: revents becomes 0
        array.setAtIndex(JAVA_INT, 2L * index + 1, events & 0xffff);
    }

    /// Waits until a slot is ready: number of ready slots, 0 at the timeout, or `-errno`, which is
    /// `-EINTR` when a signal came.
    ///
    /// @param timeoutMillis negative waits without end
    public int poll(int timeoutMillis) {
        return poll(array.address(), capacity, timeoutMillis);
    }

    /// Events that came for slot `index`, bits `POLL*`.
    public int revents(int index) {
        return array.get(JAVA_SHORT, (long) index * SIZE + REVENTS);
    }

    public int capacity() {
        return capacity;
    }
}
