package io.xdp4j.ebpf.helper;

import static io.xdp4j.ebpf.helper.ArgType.ANYTHING;
import static io.xdp4j.ebpf.helper.ArgType.CONST_SIZE;
import static io.xdp4j.ebpf.helper.ArgType.CONST_STR;
import static io.xdp4j.ebpf.helper.ArgType.LONG_PTR;
import static io.xdp4j.ebpf.helper.ArgType.MEM;
import static io.xdp4j.ebpf.helper.RetType.INTEGER;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.ebpf.vm.BpfMachine;
import java.util.List;

/// Numbers in text, comparison of strings.///
/// Kernel: kernel/bpf/helpers.c, lib/kstrtox.c.
final class StringHelpers {
    private StringHelpers() {}

    static List<HelperProto> protos() {
        return List.of(
                HelperProto.of(105, "strtol", INTEGER, MEM, CONST_SIZE, ANYTHING, LONG_PTR)
                        .does(StringHelpers::toLong),
                HelperProto.of(106, "strtoul", INTEGER, MEM, CONST_SIZE, ANYTHING, LONG_PTR)
                        .does(StringHelpers::toUnsignedLong),
                HelperProto.of(182, "strncmp", INTEGER, MEM, CONST_SIZE, CONST_STR)
                        .does(StringHelpers::compare));
    }

    /// Digits and prefix that are looked at.
    private static final int MAX_DIGITS = 63;

    private static final int BASE_MASK = 0x1f;

    @HotPath
    static long toLong(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        RawMemory.putLong(r4, 0);
        long end = r1 + (r2 & 0xffff_ffffL);
        long start = skipSpace(r1, end);
        boolean negative = start < end && RawMemory.u8(start) == '-';
        long result = parse(negative ? start + 1 : start, r1, end, r3, r4);
        if (result < 0) {
            return result;
        }
        long magnitude = RawMemory.getLong(r4);
        long value = negative ? -magnitude : magnitude;
        if (negative ? value > 0 : value < 0) {
            RawMemory.putLong(r4, 0);
            return -Errno.ERANGE;
        }
        RawMemory.putLong(r4, value);
        return result;
    }

    @HotPath
    static long toUnsignedLong(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        RawMemory.putLong(r4, 0);
        long end = r1 + (r2 & 0xffff_ffffL);
        long start = skipSpace(r1, end);
        boolean negative = start < end && RawMemory.u8(start) == '-';
        long result = parse(negative ? start + 1 : start, r1, end, r3, r4);
        if (result >= 0 && negative) {
            RawMemory.putLong(r4, 0);
            return -Errno.EINVAL;
        }
        return result;
    }

    @HotPath
    static long compare(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        int limit = (int) r2;
        for (int i = 0; i < limit; i++) {
            int one = RawMemory.u8(r1 + i);
            int other = RawMemory.u8(r3 + i);
            if (one != other) {
                return one < other ? -1 : 1;
            }
            if (one == 0) {
                break;
            }
        }
        return 0;
    }

    private static long skipSpace(long from, long end) {
        long at = from;
        while (at < end && isSpace(RawMemory.u8(at))) {
            at++;
        }
        return at;
    }

    private static boolean isSpace(int c) {
        return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xa0;
    }

    /// Reads the number behind `start` into the word at `result`: bytes used up, counted from
    /// `origin`, or -EINVAL without a number, or -ERANGE for one of more than 64 bits.
    private static long parse(long start, long origin, long bufferEnd, long flags, long result) {
        int base = (int) flags & BASE_MASK;
        if ((flags & ~BASE_MASK) != 0 || (base != 0 && base != 8 && base != 10 && base != 16)) {
            return -Errno.EINVAL;
        }
        long end = Math.min(bufferEnd, start + MAX_DIGITS);
        boolean hex = digit(start, end, 16) == 0 && (at(start + 1, end) | 0x20) == 'x';
        if (base == 0) {
            base = hex && digit(start + 2, end, 16) >= 0 ? 16 : at(start, end) == '0' ? 8 : 10;
        }
        long first = base == 16 && hex ? start + 2 : start;
        long after = first;
        long value = 0;
        boolean overflow = false;
        for (int digit; (digit = digit(after, end, base)) >= 0; after++) {
            overflow |= Long.compareUnsigned(value, Long.divideUnsigned(-1L - digit, base)) > 0;
            value = value * base + digit;
        }
        if (overflow) {
            return -Errno.ERANGE;
        }
        if (after == first) {
            return -Errno.EINVAL;
        }
        RawMemory.putLong(result, value);
        return after - origin;
    }

    private static int at(long address, long end) {
        return address < end ? RawMemory.u8(address) : 0;
    }

    /// Value of the digit there, or -1.
    private static int digit(long address, long end, int base) {
        int c = at(address, end);
        int lower = c | 0x20;
        int digit =
                c >= '0' && c <= '9'
                        ? c - '0'
                        : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
        return digit < base ? digit : -1;
    }
}
