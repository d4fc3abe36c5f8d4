package io.xdp4j.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// File descriptors: open, read, write, close and the non-blocking flag.
///
/// - Thread: any.
/// - Owns: nothing; who opens a descriptor closes it.
/// - Fails: [#read] and [#write] return `-errno` and never throw; the others throw
///   [NativeException].
/// - Kernel: `open(2)`, `read(2)`, `write(2)`, `close(2)`, `fcntl(2)`.
public final class Fd {
    public static final int O_RDONLY = 0;
    public static final int O_WRONLY = 1;
    public static final int O_RDWR = 2;
    public static final int O_NONBLOCK = 0x800;
    public static final int O_CLOEXEC = 0x80000;

    private static final int F_GETFL = 3;
    private static final int F_SETFL = 4;

    private static final MethodHandle OPEN =
            Downcall.ofVariadic("open", 2, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT);
    private static final MethodHandle CLOSE = Downcall.of("close", JAVA_INT, JAVA_INT);
    private static final MethodHandle READ =
            Downcall.of("read", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle WRITE =
            Downcall.of("write", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle FCNTL =
            Downcall.ofVariadic("fcntl", 2, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);

    private Fd() {}

    /// Opens an existing file; `O_CLOEXEC` is added.
    ///
    /// @param flags bits `O_*`; `O_CREAT` is not offered
    public static int open(String path, int flags) {
        MemorySegment slot = Downcall.errnoSlot();
        try (Arena arena = Arena.ofConfined()) {
            long name = arena.allocateFrom(path).address();
            int fd =
                    Downcall.result((int) OPEN.invokeExact(slot, name, flags | O_CLOEXEC, 0), slot);
            if (fd < 0) {
                throw NativeException.of("open", path, fd);
            }
            return fd;
        } catch (Throwable e) {
            throw Downcall.unexpected(e);
        }
    }

    /// Closes `fd`; it is gone even when this throws.
    public static void close(int fd) {
        MemorySegment slot = Downcall.errnoSlot();
        int result;
        try {
            result = Downcall.result((int) CLOSE.invokeExact(slot, fd), slot);
        } catch (Throwable e) {
            throw Downcall.unexpected(e);
        }
        // Linux releases the descriptor before it can be interrupted, so EINTR is success.
        if (result < 0 && result != -Errno.EINTR) {
            throw NativeException.of("close", "fd=" + fd, result);
        }
    }

    /// Adds or removes `O_NONBLOCK`.
    public static void setNonBlocking(int fd, boolean nonBlocking) {
        int flags = fcntl(fd, F_GETFL, 0);
        if (flags < 0) {
            throw NativeException.of("fcntl", "fd=" + fd + ", F_GETFL", flags);
        }
        int wanted = nonBlocking ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
        int result = fcntl(fd, F_SETFL, wanted);
        if (result < 0) {
            throw NativeException.of("fcntl", "fd=" + fd + ", F_SETFL", result);
        }
    }

    /// Whether `O_NONBLOCK` is set.
    public static boolean isNonBlocking(int fd) {
        int flags = fcntl(fd, F_GETFL, 0);
        if (flags < 0) {
            throw NativeException.of("fcntl", "fd=" + fd + ", F_GETFL", flags);
        }
        return (flags & O_NONBLOCK) != 0;
    }

    private static int fcntl(int fd, int command, int argument) {
        MemorySegment slot = Downcall.errnoSlot();
        try {
            return Downcall.result((int) FCNTL.invokeExact(slot, fd, command, argument), slot);
        } catch (Throwable e) {
            throw Downcall.unexpected(e);
        }
    }

    /// Reads up to `lengthBytes` into raw memory: bytes read, 0 at the end, or `-errno`.
    ///
    /// Allocates nothing.
    public static int read(int fd, long address, int lengthBytes) {
        MemorySegment slot = Downcall.errnoSlot();
        try {
            return (int)
                    Downcall.result(
                            (long) READ.invokeExact(slot, fd, address, (long) lengthBytes), slot);
        } catch (Throwable e) {
            throw Downcall.unexpected(e);
        }
    }

    /// Writes up to `lengthBytes` from raw memory: bytes written, or `-errno`.
    ///
    /// Allocates nothing.
    public static int write(int fd, long address, int lengthBytes) {
        MemorySegment slot = Downcall.errnoSlot();
        try {
            return (int)
                    Downcall.result(
                            (long) WRITE.invokeExact(slot, fd, address, (long) lengthBytes), slot);
        } catch (Throwable e) {
            throw Downcall.unexpected(e);
        }
    }
}
