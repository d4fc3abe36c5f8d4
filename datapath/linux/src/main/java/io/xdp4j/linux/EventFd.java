package io.xdp4j.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// A non-blocking counter that other threads raise to wake a poll loop.
///
/// - Thread: any may [#signal()]; one thread drains. No call may overlap [#close()].
/// - Owns: its descriptor and the memory it reads into, until closed.
/// - Fails: [#open()] throws [NativeException]; the others return `-errno`.
/// - Kernel: `eventfd(2)` with `EFD_NONBLOCK | EFD_CLOEXEC`.
public final class EventFd implements AutoCloseable {
    private static final MethodHandle EVENTFD =
            Downcall.of("eventfd", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle EVENTFD_WRITE =
            Downcall.of("eventfd_write", JAVA_INT, JAVA_INT, JAVA_LONG);

    private final Arena arena = Arena.ofShared();
    private final MemorySegment counter = arena.allocate(JAVA_LONG);
    private int fd;

    private EventFd(int fd) {
        this.fd = fd;
    }

    /// A new counter at zero.
    public static EventFd open() {
        MemorySegment slot = Downcall.errnoSlot();
        int fd;
        try {
            int flags = Fd.O_NONBLOCK | Fd.O_CLOEXEC;
            fd = Downcall.result((int) EVENTFD.invokeExact(slot, 0, flags), slot);
        } catch (Throwable e) {
            throw Downcall.unexpected(e);
        }
        if (fd < 0) {
            throw NativeException.of("eventfd", "", fd);
        }
        return new EventFd(fd);
    }

    /// The descriptor, readable while the counter is above zero.
    public int fd() {
        return fd;
    }

    /// Adds one: 0, or `-errno`. `-EAGAIN` means the counter is full, and the reader awake anyway.
    public int signal() {
        MemorySegment slot = Downcall.errnoSlot();
        try {
            return Downcall.result((int) EVENTFD_WRITE.invokeExact(slot, fd, 1L), slot);
        } catch (Throwable e) {
            throw Downcall.unexpected(e);
        }
    }

    /// Takes the counter back to zero: the signals since the last drain, 0 when there was none, or
    /// `-errno`.
    public long drain() {
        int result = Fd.read(fd, counter.address(), Long.BYTES);
        if (result == Long.BYTES) {
            return counter.get(JAVA_LONG, 0);
        }
        return result == -Errno.EAGAIN ? 0 : result;
    }

    @Override
    public void close() {
        if (fd >= 0) {
            Fd.close(fd);
            fd = -1;
            arena.close();
        }
    }
}
