package io.xdp4j.ebpf.jit;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;
import java.lang.foreign.MemorySegment;

/// Loads and stores of compiled programs, on 64-bit registers.
///
/// HotSpot's C2 inlines each to one move. Its C1 must not: fifty of them inlined exhaust its virtual
/// registers, and a method that C1 gives up on may never reach C2. C1 leaves methods alone that need
/// much operand stack; hence the masks on the left.
@HotPath
final class ProgramMemory {
    private static final MemorySegment ALL = RawMemory.all();
    private static final long LOW = 0xffff_ffffL;

    private ProgramMemory() {}

    static long u8(long address) {
        return 0xffL & ALL.get(JAVA_BYTE, address);
    }

    static long u16(long address) {
        return 0xffffL & ALL.get(JAVA_SHORT_UNALIGNED, address);
    }

    static long u32(long address) {
        return LOW & ALL.get(JAVA_INT_UNALIGNED, address);
    }

    static long u64(long address) {
        return -1L & ALL.get(JAVA_LONG_UNALIGNED, address);
    }

    static long s8(long address) {
        return -1L & ALL.get(JAVA_BYTE, address);
    }

    static long s16(long address) {
        return -1L & ALL.get(JAVA_SHORT_UNALIGNED, address);
    }

    static long s32(long address) {
        return -1L & ALL.get(JAVA_INT_UNALIGNED, address);
    }

    static void store8(long address, long value) {
        ALL.set(JAVA_BYTE, address, (byte) value);
    }

    static void store16(long address, long value) {
        ALL.set(JAVA_SHORT_UNALIGNED, address, (short) value);
    }

    static void store32(long address, long value) {
        ALL.set(JAVA_INT_UNALIGNED, address, (int) value);
    }

    static void store64(long address, long value) {
        ALL.set(JAVA_LONG_UNALIGNED, address, value);
    }
}
