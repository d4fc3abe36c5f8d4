package io.xdp4j.ebpf.helper;

import static io.xdp4j.ebpf.helper.KfuncProto.Flag.ITER_DESTROY;
import static io.xdp4j.ebpf.helper.KfuncProto.Flag.ITER_NEW;
import static io.xdp4j.ebpf.helper.KfuncProto.Flag.ITER_NEXT;
import static io.xdp4j.ebpf.helper.KfuncProto.Flag.RET_NULL;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.ebpf.vm.BpfMachine;
import java.util.List;

/// Open-coded iterators: numbers and bits.
final class IteratorKfuncs {
    private IteratorKfuncs() {}

    static List<KfuncProto> protos() {
        return List.of(
                KfuncProto.parse(
                                "int bpf_iter_num_new(bpf_iter_num *it, int start, int end)",
                                ITER_NEW)
                        .does(IteratorKfuncs::numNew),
                KfuncProto.parse("int *bpf_iter_num_next(bpf_iter_num *it)", ITER_NEXT, RET_NULL)
                        .does(IteratorKfuncs::numNext),
                KfuncProto.parse("void bpf_iter_num_destroy(bpf_iter_num *it)", ITER_DESTROY)
                        .does(IteratorKfuncs::numDestroy),
                KfuncProto.parse(
                                "int bpf_iter_bits_new(bpf_iter_bits *it, const u64 *unsafe_ptr__ign, u32 nr_words)",
                                ITER_NEW)
                        .does(IteratorKfuncs::bitsNew),
                KfuncProto.parse("int *bpf_iter_bits_next(bpf_iter_bits *it)", ITER_NEXT, RET_NULL)
                        .does(IteratorKfuncs::bitsNext),
                KfuncProto.parse("void bpf_iter_bits_destroy(bpf_iter_bits *it)", ITER_DESTROY)
                        .does(IteratorKfuncs::bitsDestroy));
    }

    private static final int MAX_NUMBERS = 1 << 23;
    private static final int MAX_WORDS = 511;

    // of bits: where they are (or, for one word, they themselves), how many, the one at hand
    private static final int BITS = 8;
    private static final int BIT = 12;

    @HotPath
    static long numNew(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        int start = (int) r2;
        int end = (int) r3;
        if (start > end || (long) end - start > MAX_NUMBERS) {
            RawMemory.putLong(r1, 0);
            return start > end ? -Errno.EINVAL : -Errno.E2BIG;
        }
        RawMemory.putInt(r1, start - 1);
        RawMemory.putInt(r1 + 4, end);
        return 0;
    }

    @HotPath
    static long numNext(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        int next = RawMemory.getInt(r1) + 1;
        if (next >= RawMemory.getInt(r1 + 4)) {
            RawMemory.putLong(r1, 0);
            return 0;
        }
        RawMemory.putInt(r1, next);
        return r1;
    }

    @HotPath
    static long numDestroy(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        RawMemory.putLong(r1, 0);
        return 0;
    }

    @HotPath
    static long bitsNew(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        int words = (int) r3;
        RawMemory.putLong(r1, 0);
        RawMemory.putInt(r1 + BITS, 0);
        RawMemory.putInt(r1 + BIT, -1);
        if (r2 == 0 || words == 0) {
            return -Errno.EINVAL;
        }
        if (Integer.compareUnsigned(words, MAX_WORDS) > 0) {
            return -Errno.E2BIG;
        }
        if (!machine.isLive(r2, words * 8)) {
            return -Errno.EFAULT;
        }
        RawMemory.putLong(r1, words == 1 ? RawMemory.getLong(r2) : r2);
        RawMemory.putInt(r1 + BITS, words * 64);
        return 0;
    }

    @HotPath
    static long bitsNext(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        int bits = RawMemory.getInt(r1 + BITS);
        int bit = RawMemory.getInt(r1 + BIT) + 1;
        while (bit < bits) {
            long rest = word(r1, bits, bit >>> 6) >>> bit;
            if (rest != 0) {
                bit += Long.numberOfTrailingZeros(rest);
                RawMemory.putInt(r1 + BIT, bit);
                return r1 + BIT;
            }
            bit = (bit | 63) + 1;
        }
        RawMemory.putInt(r1 + BITS, 0);
        return 0;
    }

    private static long word(long iterator, int bits, int index) {
        long first = RawMemory.getLong(iterator);
        return bits == 64 ? first : RawMemory.getLong(first + 8L * index);
    }

    @HotPath
    static long bitsDestroy(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        RawMemory.putInt(r1 + BITS, 0);
        return 0;
    }
}
