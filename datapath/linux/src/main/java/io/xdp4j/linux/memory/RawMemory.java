package io.xdp4j.linux.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Loads and stores at raw addresses: the whole address space as one segment.
///
/// Nothing is checked. A wrong address reads garbage or kills the JVM, so the address must come
/// from a mapping, an arena or the kernel, and its owner must be alive.
///
/// - Thread: any. Plain access unless the name says `Acquire` or `Release`, which need natural
///   alignment; plain access does not.
/// - Fails: never with an exception; a wrong address is undefined.
public final class RawMemory {
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    private static final ValueLayout.OfShort SHORT_BE =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

    private RawMemory() {}

    /// A segment of `lengthBytes` at `address`, alive for ever as far as Java knows.
    public static MemorySegment segment(long address, long lengthBytes) {
        return ALL.asSlice(address, lengthBytes);
    }

    public static byte getByte(long address) {
        return ALL.get(ValueLayout.JAVA_BYTE, address);
    }

    public static void putByte(long address, byte value) {
        ALL.set(ValueLayout.JAVA_BYTE, address, value);
    }

    /// Unsigned: 0..255.
    public static int getU8(long address) {
        return getByte(address) & 0xff;
    }

    public static short getShort(long address) {
        return ALL.get(ValueLayout.JAVA_SHORT_UNALIGNED, address);
    }

    public static void putShort(long address, short value) {
        ALL.set(ValueLayout.JAVA_SHORT_UNALIGNED, address, value);
    }

    /// Unsigned, native order: 0..65535.
    public static int getU16(long address) {
        return getShort(address) & 0xffff;
    }

    /// Unsigned, network order: 0..65535.
    public static int getU16be(long address) {
        return ALL.get(SHORT_BE, address) & 0xffff;
    }

    /// Stores the low 16 bits in network order.
    public static void putU16be(long address, int value) {
        ALL.set(SHORT_BE, address, (short) value);
    }

    public static int getInt(long address) {
        return ALL.get(ValueLayout.JAVA_INT_UNALIGNED, address);
    }

    public static void putInt(long address, int value) {
        ALL.set(ValueLayout.JAVA_INT_UNALIGNED, address, value);
    }

    /// Unsigned, native order.
    public static long getU32(long address) {
        return getInt(address) & 0xffff_ffffL;
    }

    public static long getLong(long address) {
        return ALL.get(ValueLayout.JAVA_LONG_UNALIGNED, address);
    }

    public static void putLong(long address, long value) {
        ALL.set(ValueLayout.JAVA_LONG_UNALIGNED, address, value);
    }

    /// Acquire load, for ring indices and status words that the kernel writes.
    public static int getIntAcquire(long address) {
        return (int) INT.getAcquire(ALL, address);
    }

    /// Release store, for ring indices and status words that the kernel reads.
    public static void putIntRelease(long address, int value) {
        INT.setRelease(ALL, address, value);
    }

    public static long getLongAcquire(long address) {
        return (long) LONG.getAcquire(ALL, address);
    }

    public static void putLongRelease(long address, long value) {
        LONG.setRelease(ALL, address, value);
    }

    /// Copies `lengthBytes`; the ranges may overlap.
    public static void copy(long from, long to, long lengthBytes) {
        MemorySegment.copy(ALL, from, ALL, to, lengthBytes);
    }

    /// Copies into the array.
    public static void copy(long from, byte[] to, int offset, int lengthBytes) {
        MemorySegment.copy(ALL, ValueLayout.JAVA_BYTE, from, to, offset, lengthBytes);
    }

    /// Copies out of the array.
    public static void copy(byte[] from, int offset, long to, int lengthBytes) {
        MemorySegment.copy(from, offset, ALL, ValueLayout.JAVA_BYTE, to, lengthBytes);
    }

    /// Sets `lengthBytes` bytes to zero.
    public static void clear(long address, long lengthBytes) {
        ALL.asSlice(address, lengthBytes).fill((byte) 0);
    }
}
