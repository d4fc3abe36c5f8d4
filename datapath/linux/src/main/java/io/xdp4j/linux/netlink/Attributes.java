package io.xdp4j.linux.netlink;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/// A walk over netlink attributes, which ends early at the first one that does not fit.
///
/// A value that is shorter than its type reads as the given default, so that no message can make
/// this throw.
///
/// - Thread: one at a time.
/// - Kernel: `struct rtattr`, `RTA_NEXT`.
final class Attributes {
    private static final int HEADER_SIZE = 4;
    private static final int NLA_TYPE_MASK = 0x3fff;

    private final MemorySegment memory;
    private long next;
    private int type;
    private MemorySegment value = MemorySegment.NULL;

    /// A walk over `memory` from its start.
    Attributes(MemorySegment memory) {
        this.memory = memory;
    }

    /// Goes to the next attribute; false at the end.
    boolean advance() {
        long room = memory.byteSize() - next;
        if (room < HEADER_SIZE) {
            return false;
        }
        int length = memory.get(JAVA_SHORT_UNALIGNED, next) & 0xffff;
        if (length < HEADER_SIZE || length > room) {
            return false;
        }
        type = memory.get(JAVA_SHORT_UNALIGNED, next + 2) & NLA_TYPE_MASK;
        value = memory.asSlice(next + HEADER_SIZE, length - HEADER_SIZE);
        next = Math.min(memory.byteSize(), next + ((length + 3) & ~3));
        return true;
    }

    int type() {
        return type;
    }

    MemorySegment value() {
        return value;
    }

    int u8(int fallback) {
        return value.byteSize() < 1 ? fallback : value.get(JAVA_BYTE, 0) & 0xff;
    }

    int s32(int fallback) {
        return value.byteSize() < 4 ? fallback : value.get(JAVA_INT_UNALIGNED, 0);
    }

    /// The value up to its first zero byte.
    String string() {
        byte[] bytes = value.toArray(JAVA_BYTE);
        int length = 0;
        while (length < bytes.length && bytes[length] != 0) {
            length++;
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    /// The attributes inside the value.
    Attributes nested() {
        return new Attributes(value);
    }
}
