package io.xdp4j.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// Device control with a raw argument.
///
/// - Thread: any.
/// - Fails: [#ioctl(int, long, long)] returns `-errno`; [#call] throws [NativeException].
/// - Kernel: `ioctl(2)`.
public final class Ioctl {
    private static final MethodHandle IOCTL =
            Downcall.ofVariadic("ioctl", 2, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);

    private Ioctl() {}

    /// Calls with a number or raw address as argument: the result, or `-errno`.
    public static int ioctl(int fd, long request, long argument) {
        MemorySegment slot = Downcall.errnoSlot();
        try {
            return Downcall.result((int) IOCTL.invokeExact(slot, fd, request, argument), slot);
        } catch (Throwable e) {
            throw Downcall.unexpected(e);
        }
    }

    /// Calls with memory as argument.
    ///
    /// @param subject the request and what it is for: `SIOCGIFINDEX, veth0`
    public static int call(int fd, long request, MemorySegment argument, String subject) {
        int result = ioctl(fd, request, argument.address());
        if (result < 0) {
            throw NativeException.of("ioctl", subject, result);
        }
        return result;
    }
}
