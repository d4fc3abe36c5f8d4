package io.xdp4j.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// The bare `bpf(2)` system call; see the package `bpf` for its commands.
///
/// - Thread: any.
/// - Fails: `-errno`.
/// - Kernel: `bpf(2)`, which libc has no function for.
public final class BpfCall {
    private static final long SYS_BPF = "aarch64".equals(System.getProperty("os.arch")) ? 280 : 321;

    private static final MethodHandle SYSCALL =
            Downcall.ofVariadic(
                    "syscall", 1, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

    private BpfCall() {}

    /// Calls with an argument block of `size` bytes at `attr`; the result or `-errno`.
    public static int bpf(int command, long attr, int size) {
        MemorySegment slot = Downcall.errnoSlot();
        try {
            long result =
                    (long) SYSCALL.invokeExact(slot, SYS_BPF, (long) command, attr, (long) size);
            return (int) Downcall.result(result, slot);
        } catch (Throwable e) {
            throw Downcall.unexpected(e);
        }
    }
}
