package io.xdp4j.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// Capabilities that the calling thread does without until this is closed.
///
/// - Thread: the one that opened it, which must not be virtual, closes it; others keep what they have.
/// - Fails: [#of(Capability...)] throws [NativeException].
/// - Kernel: `capget(2)`, `capset(2)`: the effective set changes, the permitted one does not.
public final class DroppedCapabilities implements AutoCloseable {
    private static final int VERSION_3 = 0x20080522;
    private static final int HEADER_BYTES = 8;

    /// Effective, permitted and inheritable capabilities 0 to 31, then 32 to 63.
    private static final int DATA_BYTES = 24;

    private static final int UPPER = 12;

    private static final MethodHandle CAPGET =
            Downcall.of("capget", JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle CAPSET =
            Downcall.of("capset", JAVA_INT, JAVA_LONG, JAVA_LONG);

    private final long before;

    private DroppedCapabilities(long before) {
        this.before = before;
    }

    /// Does without those.
    public static DroppedCapabilities of(Capability... dropped) {
        long mask = 0;
        for (Capability capability : dropped) {
            mask |= 1L << capability.bit();
        }
        return new DroppedCapabilities(keep(~mask));
    }

    /// Does without any.
    public static DroppedCapabilities all() {
        return new DroppedCapabilities(keep(0));
    }

    /// Keeps those of the effective capabilities; returns what they were.
    private static long keep(long mask) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = read(arena);
            long effective = effective(data);
            write(arena, data, effective & mask);
            return effective;
        }
    }

    private static MemorySegment header(Arena arena) {
        MemorySegment header = arena.allocate(HEADER_BYTES, Integer.BYTES);
        header.set(JAVA_INT, 0, VERSION_3);
        return header;
    }

    private static MemorySegment read(Arena arena) {
        MemorySegment data = arena.allocate(DATA_BYTES, Integer.BYTES);
        call(CAPGET, "capget", header(arena), data);
        return data;
    }

    private static void write(Arena arena, MemorySegment data, long effective) {
        data.set(JAVA_INT, 0, (int) effective);
        data.set(JAVA_INT, UPPER, (int) (effective >>> 32));
        call(CAPSET, "capset", header(arena), data);
    }

    private static long effective(MemorySegment data) {
        return (data.get(JAVA_INT, 0) & 0xffff_ffffL) | ((long) data.get(JAVA_INT, UPPER) << 32);
    }

    private static void call(
            MethodHandle function, String name, MemorySegment header, MemorySegment data) {
        MemorySegment slot = Downcall.errnoSlot();
        int result;
        try {
            result =
                    Downcall.result(
                            (int) function.invokeExact(slot, header.address(), data.address()),
                            slot);
        } catch (Throwable e) {
            throw Downcall.unexpected(e);
        }
        if (result < 0) {
            throw NativeException.of(name, "the calling thread", result);
        }
    }

    @Override
    public void close() {
        try (Arena arena = Arena.ofConfined()) {
            write(arena, read(arena), before);
        }
    }
}
