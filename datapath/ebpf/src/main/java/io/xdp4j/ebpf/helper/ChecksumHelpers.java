package io.xdp4j.ebpf.helper;

import static io.xdp4j.ebpf.helper.ArgType.ANYTHING;
import static io.xdp4j.ebpf.helper.ArgType.CONST_SIZE_OR_ZERO;
import static io.xdp4j.ebpf.helper.ArgType.MEM_OR_NULL;
import static io.xdp4j.ebpf.helper.HelperProto.Trait.PACKET_ACCESS;
import static io.xdp4j.ebpf.helper.RetType.INTEGER;
import static io.xdp4j.ebpf.program.ProgramType.SCHED_CLS;
import static io.xdp4j.ebpf.program.ProgramType.XDP;

import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.ebpf.vm.BpfMachine;
import java.util.List;
import java.util.Set;

/// Internet checksums.///
/// Kernel: `bpf_csum_diff`, net/core/filter.c, as of 6.13: any size, folded to 16 bits.
final class ChecksumHelpers {
    private ChecksumHelpers() {}

    static List<HelperProto> protos() {
        return List.of(
                HelperProto.of(
                                28,
                                "csum_diff",
                                INTEGER,
                                MEM_OR_NULL,
                                CONST_SIZE_OR_ZERO,
                                MEM_OR_NULL,
                                CONST_SIZE_OR_ZERO,
                                ANYTHING)
                        .with(PACKET_ACCESS)
                        .on(Set.of(SCHED_CLS, XDP))
                        .does(ChecksumHelpers::diff));
    }

    @HotPath
    static long diff(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        long seed = r5 & 0xffff_ffffL;
        int from = (int) r2;
        int to = (int) r4;
        long sum;
        if (from == 0) {
            sum = seed + sum(r3, to);
        } else if (to == 0) {
            // of the two ways to write a zero sum the kernel picks another one here
            sum = ~fold32((~seed & 0xffff_ffffL) + sum(r1, from)) & 0xffff_ffffL;
        } else {
            sum = seed + sum(r3, to) + (~fold32(sum(r1, from)) & 0xffff_ffffL);
        }
        return fold16(sum);
    }

    /// Sum of the bytes as 32-bit words, the last one padded with zeros; no carry is lost below
    /// 2^31 words.
    private static long sum(long address, int length) {
        long sum = 0;
        int at = 0;
        for (; at + 8 <= length; at += 8) {
            long words = RawMemory.getLong(address + at);
            sum += (words & 0xffff_ffffL) + (words >>> 32);
        }
        if ((length & 4) != 0) {
            sum += RawMemory.getInt(address + at) & 0xffff_ffffL;
            at += 4;
        }
        if ((length & 2) != 0) {
            sum += RawMemory.getShort(address + at) & 0xffffL;
            at += 2;
        }
        if ((length & 1) != 0) {
            sum += RawMemory.u8(address + at);
        }
        return sum;
    }

    private static long fold32(long sum) {
        long folded = (sum & 0xffff_ffffL) + (sum >>> 32);
        return (folded & 0xffff_ffffL) + (folded >>> 32);
    }

    private static long fold16(long sum) {
        long word = fold32(sum);
        long folded = (word & 0xffff) + (word >>> 16);
        return (folded & 0xffff) + (folded >>> 16);
    }
}
