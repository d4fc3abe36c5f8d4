package io.xdp4j.ebpf.map;

import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;

/// Hashes of keys in raw memory: seeded 64 by 64 bit multiplications, both halves folded.
///
/// Not cryptographic, as the kernel's jhash is not; the seed keeps senders from choosing buckets.
///
/// Thread: any.
@HotPath
final class KeyHash {
    private static final long A = 0x9e37_79b9_7f4a_7c15L;
    private static final long B = 0xd6e8_feb8_6659_fd93L;
    private static final long C = 0xa076_1d64_78bd_642fL;

    private KeyHash() {}

    static int of4(int key, long seed) {
        long product = ((key & 0xffff_ffffL) ^ seed) * A;
        return (int) (product >>> 32) ^ (int) (product >>> 15);
    }

    static int of8(long key, long seed) {
        return fold(key ^ seed, A);
    }

    static int of16(long low, long high, long seed) {
        return fold(low ^ seed, high ^ B);
    }

    static int of24(long first, long second, long third, long seed) {
        return fold(mix(first ^ seed, second ^ C) ^ third, B);
    }

    /// @param size 1 or more; nothing outside of the key is read
    static int of(long key, int size, long seed) {
        long h = seed + size * A;
        int at = 0;
        for (; at + 16 <= size; at += 16) {
            h = mix(twoInts(key + at) ^ h, twoInts(key + at + 8) ^ C);
        }
        if (at + 8 <= size) {
            h = mix(twoInts(key + at) ^ h, A);
            at += 8;
        }
        return at == size ? fold(h, B) : fold(h ^ tail(key, at, size), B);
    }

    /// The last one to seven bytes, with bytes before them where there are any.
    private static long tail(long key, int at, int size) {
        if (size >= 8) {
            return twoInts(key + size - 8);
        }
        if (size >= 4) {
            return (RawMemory.getInt(key) & 0xffff_ffffL)
                    | ((long) RawMemory.getInt(key + size - 4) << 32);
        }
        long tail = 0;
        for (int i = at; i < size; i++) {
            tail = (tail << 8) | RawMemory.u8(key + i);
        }
        return tail;
    }

    /// Eight bytes in two loads: programs build keys on the stack by words, and a processor does not
    /// forward two stores to one load.
    static long twoInts(long at) {
        return (RawMemory.getInt(at) & 0xffff_ffffL) | (long) RawMemory.getInt(at + 4) << 32;
    }

    private static long mix(long a, long b) {
        return (a * b) ^ Math.unsignedMultiplyHigh(a, b);
    }

    private static int fold(long a, long b) {
        long mixed = mix(a, b);
        return (int) (mixed >>> 32) ^ (int) mixed;
    }

    /// Compares an element's key with a program's of `size` bytes.
    static boolean equal(long a, long b, int size) {
        int at = 0;
        for (; at + 8 <= size; at += 8) {
            if (RawMemory.getLong(a + at) != twoInts(b + at)) {
                return false;
            }
        }
        if (at == size) {
            return true;
        }
        if (size >= 8) {
            return RawMemory.getLong(a + size - 8) == RawMemory.getLong(b + size - 8);
        }
        return equalShort(a, b, size);
    }

    private static boolean equalShort(long a, long b, int size) {
        if (size >= 4) {
            return RawMemory.getInt(a) == RawMemory.getInt(b)
                    && RawMemory.getInt(a + size - 4) == RawMemory.getInt(b + size - 4);
        }
        for (int i = 0; i < size; i++) {
            if (RawMemory.u8(a + i) != RawMemory.u8(b + i)) {
                return false;
            }
        }
        return true;
    }
}
