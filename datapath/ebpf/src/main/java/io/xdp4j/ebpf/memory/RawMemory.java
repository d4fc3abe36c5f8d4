package io.xdp4j.ebpf.memory;

import io.xdp4j.ebpf.HotPath;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Loads and stores at raw addresses.
///
/// Every address must lie in memory that the caller knows to be alive (a frame chunk, a mapped
/// ring): nothing is checked. HotSpot compiles each method to one move. Thread: any; no ordering
/// beyond plain access.
@HotPath
public final class RawMemory {
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    private static final ValueLayout.OfShort SHORT_BE =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt INT_BE =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong LONG_BE =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();

    /// Above this many bytes a bulk copy is faster than a loop of eight-byte moves.
    private static final int SMALL_COPY = 256;

    private static final long ADDRESS_MASK = (1L << 56) - 1;

    private RawMemory() {}

    /// Memory at every address, for code that makes its own accesses.
    public static MemorySegment all() {
        return ALL;
    }

    public static int u8(long address) {
        return ALL.get(ValueLayout.JAVA_BYTE, address) & 0xff;
    }

    public static void putByte(long address, int value) {
        ALL.set(ValueLayout.JAVA_BYTE, address, (byte) value);
    }

    public static short getShort(long address) {
        return ALL.get(ValueLayout.JAVA_SHORT_UNALIGNED, address);
    }

    public static void putShort(long address, int value) {
        ALL.set(ValueLayout.JAVA_SHORT_UNALIGNED, address, (short) value);
    }

    public static int getInt(long address) {
        return ALL.get(ValueLayout.JAVA_INT_UNALIGNED, address);
    }

    public static void putInt(long address, int value) {
        ALL.set(ValueLayout.JAVA_INT_UNALIGNED, address, value);
    }

    /// An aligned load with acquire, for memory shared with the kernel.
    public static int getIntAcquire(long address) {
        return (int) INT.getAcquire(ALL, address);
    }

    /// An aligned store with release, for memory shared with the kernel.
    public static void putIntRelease(long address, int value) {
        INT.setRelease(ALL, address, value);
    }

    public static long getLong(long address) {
        return ALL.get(ValueLayout.JAVA_LONG_UNALIGNED, address);
    }

    public static void putLong(long address, long value) {
        ALL.set(ValueLayout.JAVA_LONG_UNALIGNED, address, value);
    }

    /// Two bytes in network order.
    public static int u16be(long address) {
        return ALL.get(SHORT_BE, address) & 0xffff;
    }

    public static void putShortBe(long address, int value) {
        ALL.set(SHORT_BE, address, (short) value);
    }

    /// Four bytes in network order.
    public static int getIntBe(long address) {
        return ALL.get(INT_BE, address);
    }

    public static void putIntBe(long address, int value) {
        ALL.set(INT_BE, address, value);
    }

    public static long getLongBe(long address) {
        return ALL.get(LONG_BE, address);
    }

    public static void putLongBe(long address, long value) {
        ALL.set(LONG_BE, address, value);
    }

    /// Copies 64 bytes; the areas must not overlap.
    public static void copy64(long source, long destination) {
        // User space ends below 2^56, which HotSpot does not know: masked, no access needs a check.
        long from = source & ADDRESS_MASK;
        long to = destination & ADDRESS_MASK;
        for (int at = 0; at < 64; at += 8) {
            putLong(to + at, getLong(from + at));
        }
    }

    /// Copies `length` bytes; the areas must not overlap (use [#move] when they may).
    public static void copy(long source, long destination, int length) {
        if (length > SMALL_COPY) {
            MemorySegment.copy(ALL, source, ALL, destination, length);
            return;
        }
        // Counted by an int against a constant bound: only such a loop does HotSpot unroll.
        int longs = length & -8;
        for (int at = 0; at < longs; at += 8) {
            putLong(destination + at, getLong(source + at));
        }
        copyRest(source + longs, destination + longs, length & 7);
    }

    private static void copyRest(long source, long destination, int length) {
        int at = 0;
        if ((length & 4) != 0) {
            putInt(destination, getInt(source));
            at = 4;
        }
        if ((length & 2) != 0) {
            putShort(destination + at, getShort(source + at));
            at += 2;
        }
        if ((length & 1) != 0) {
            putByte(destination + at, u8(source + at));
        }
    }

    /// Copies `length` bytes between areas that may overlap.
    public static void move(long source, long destination, int length) {
        MemorySegment.copy(ALL, source, ALL, destination, length);
    }

    /// Copies from an array into memory.
    public static void copyIn(byte[] source, int offset, long destination, int length) {
        MemorySegment.copy(source, offset, ALL, ValueLayout.JAVA_BYTE, destination, length);
    }

    /// Copies from memory into an array.
    public static void copyOut(long source, byte[] destination, int offset, int length) {
        MemorySegment.copy(ALL, ValueLayout.JAVA_BYTE, source, destination, offset, length);
    }

    public static void zero(long address, int length) {
        ALL.asSlice(address, length).fill((byte) 0);
    }
}
