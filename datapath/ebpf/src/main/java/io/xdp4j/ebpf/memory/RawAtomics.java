package io.xdp4j.ebpf.memory;

import io.xdp4j.ebpf.HotPath;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/// Atomic operations at raw addresses, each a full barrier.
///
/// As in [RawMemory], nothing is checked but alignment: a misaligned address is an
/// [IllegalArgumentException]. 32-bit results are zero-extended.
///
/// Thread: any.
/// Kernel: the atomic instructions of RFC 9669, section 5.3.
@HotPath
public final class RawAtomics {
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    private static final VarHandle BYTE = ValueLayout.JAVA_BYTE.varHandle();
    private static final VarHandle SHORT = ValueLayout.JAVA_SHORT.varHandle();
    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();
    private static final long LOW = 0xffff_ffffL;

    private RawAtomics() {}

    /// Adds; returns the value before.
    public static long add32(long address, long value) {
        return (int) INT.getAndAdd(ALL, address, (int) value) & LOW;
    }

    /// Adds; returns the value before.
    public static long add64(long address, long value) {
        return (long) LONG.getAndAdd(ALL, address, value);
    }

    public static long or32(long address, long value) {
        return (int) INT.getAndBitwiseOr(ALL, address, (int) value) & LOW;
    }

    public static long or64(long address, long value) {
        return (long) LONG.getAndBitwiseOr(ALL, address, value);
    }

    public static long and32(long address, long value) {
        return (int) INT.getAndBitwiseAnd(ALL, address, (int) value) & LOW;
    }

    public static long and64(long address, long value) {
        return (long) LONG.getAndBitwiseAnd(ALL, address, value);
    }

    public static long xor32(long address, long value) {
        return (int) INT.getAndBitwiseXor(ALL, address, (int) value) & LOW;
    }

    public static long xor64(long address, long value) {
        return (long) LONG.getAndBitwiseXor(ALL, address, value);
    }

    /// Stores; returns the value before.
    public static long exchange32(long address, long value) {
        return (int) INT.getAndSet(ALL, address, (int) value) & LOW;
    }

    /// Stores; returns the value before.
    public static long exchange64(long address, long value) {
        return (long) LONG.getAndSet(ALL, address, value);
    }

    /// Stores `value` where `expected` was; returns what was there.
    public static long compareExchange32(long address, long expected, long value) {
        return (int) INT.compareAndExchange(ALL, address, (int) expected, (int) value) & LOW;
    }

    /// Stores `value` where `expected` was; returns what was there.
    public static long compareExchange64(long address, long expected, long value) {
        return (long) LONG.compareAndExchange(ALL, address, expected, value);
    }

    public static long loadAcquire8(long address) {
        return (byte) BYTE.getAcquire(ALL, address) & 0xffL;
    }

    public static long loadAcquire16(long address) {
        return (short) SHORT.getAcquire(ALL, address) & 0xffffL;
    }

    public static long loadAcquire32(long address) {
        return (int) INT.getAcquire(ALL, address) & LOW;
    }

    public static long loadAcquire64(long address) {
        return (long) LONG.getAcquire(ALL, address);
    }

    public static void storeRelease8(long address, long value) {
        BYTE.setRelease(ALL, address, (byte) value);
    }

    public static void storeRelease16(long address, long value) {
        SHORT.setRelease(ALL, address, (short) value);
    }

    public static void storeRelease32(long address, long value) {
        INT.setRelease(ALL, address, (int) value);
    }

    public static void storeRelease64(long address, long value) {
        LONG.setRelease(ALL, address, value);
    }
}
