package io.xdp4j.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.NoSuchElementException;

/// Makes downcall handles of libc functions, and turns their `errno` into a negative result.
///
/// Every handle takes the errno slot first. Pointers are passed as `long`, so that no
/// [MemorySegment] is made for a call.
///
/// - Thread: any. A slot from [#errnoSlot()] belongs to the calling thread.
/// - Owns: one automatic arena per thread that makes a call; it lives as long as the thread.
final class Downcall {
    private static final Linker LINKER = supportedLinker();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final long ERRNO_OFFSET = STATE.byteOffset(PathElement.groupElement("errno"));
    private static final Linker.Option CAPTURE_ERRNO = Linker.Option.captureCallState("errno");
    private static final ThreadLocal<MemorySegment> SLOT =
            ThreadLocal.withInitial(() -> newErrnoSlot(Arena.ofAuto()));

    private Downcall() {}

    private static Linker supportedLinker() {
        LinuxPlatform.requireSupported();
        return Linker.nativeLinker();
    }

    /// A handle that captures errno.
    static MethodHandle of(String symbol, MemoryLayout result, MemoryLayout... arguments) {
        return LINKER.downcallHandle(
                address(symbol), FunctionDescriptor.of(result, arguments), CAPTURE_ERRNO);
    }

    /// A handle of a variadic function whose arguments from `firstVariadic` on are the variable
    /// ones.
    static MethodHandle ofVariadic(
            String symbol, int firstVariadic, MemoryLayout result, MemoryLayout... arguments) {
        return LINKER.downcallHandle(
                address(symbol),
                FunctionDescriptor.of(result, arguments),
                CAPTURE_ERRNO,
                Linker.Option.firstVariadicArg(firstVariadic));
    }

    /// A handle of a function that returns at once and never fails: no errno slot, no safepoint.
    static MethodHandle ofLeaf(String symbol, MemoryLayout result, MemoryLayout... arguments) {
        return LINKER.downcallHandle(
                address(symbol),
                FunctionDescriptor.of(result, arguments),
                Linker.Option.critical(false));
    }

    private static MemorySegment address(String symbol) {
        return LINKER.defaultLookup()
                .find(symbol)
                .orElseThrow(() -> new NoSuchElementException("libc has no symbol " + symbol));
    }

    static MemorySegment newErrnoSlot(Arena arena) {
        return arena.allocate(STATE);
    }

    static MemorySegment errnoSlot() {
        return SLOT.get();
    }

    /// `result`, or `-errno` when it is negative.
    static int result(int result, MemorySegment slot) {
        return result >= 0 ? result : -slot.get(ValueLayout.JAVA_INT, ERRNO_OFFSET);
    }

    /// `result`, or `-errno` when it is negative.
    static long result(long result, MemorySegment slot) {
        return result >= 0 ? result : -slot.get(ValueLayout.JAVA_INT, ERRNO_OFFSET);
    }

    /// What a handle threw: an error goes on as it is, anything else is our bug.
    static IllegalStateException unexpected(Throwable thrown) {
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown instanceof RuntimeException exception) {
            throw exception;
        }
        return new IllegalStateException("downcall threw", thrown);
    }
}
