package io.xdp4j.ebpf.helper;

import static io.xdp4j.ebpf.helper.ArgType.ANYTHING;
import static io.xdp4j.ebpf.helper.ArgType.CONST_MAP_PTR;
import static io.xdp4j.ebpf.helper.ArgType.CONST_SIZE_OR_ZERO;
import static io.xdp4j.ebpf.helper.ArgType.CTX;
import static io.xdp4j.ebpf.helper.ArgType.MEM;
import static io.xdp4j.ebpf.helper.HelperProto.Trait.GPL_ONLY;
import static io.xdp4j.ebpf.helper.HelperTable.allBut;
import static io.xdp4j.ebpf.helper.RetType.INTEGER;
import static io.xdp4j.ebpf.program.ProgramType.SK_REUSEPORT;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.map.PerfEventArrayMap;
import io.xdp4j.ebpf.vm.BpfMachine;
import io.xdp4j.ebpf.vm.XdpMd;
import java.lang.foreign.Arena;
import java.util.List;

/// Perf event output.///
/// Kernel: `bpf_xdp_event_output`, net/core/filter.c.
final class PerfHelpers {
    private PerfHelpers() {}

    static List<HelperProto> protos() {
        return List.of(
                HelperProto.of(
                                25,
                                "perf_event_output",
                                INTEGER,
                                CTX,
                                CONST_MAP_PTR,
                                ANYTHING,
                                MEM,
                                CONST_SIZE_OR_ZERO)
                        .with(GPL_ONLY)
                        .on(allBut(SK_REUSEPORT))
                        .does(PerfHelpers::output));
    }

    private static final int EXTRA_SHIFT = 32;
    private static final long EXTRA_MASK = 0xf_ffffL;
    private static final long INDEX_MASK = 0xffff_ffffL;

    @HotPath
    static long output(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        if ((r3 & ~(INDEX_MASK | EXTRA_MASK << EXTRA_SHIFT)) != 0) {
            return -Errno.EINVAL;
        }
        int extra = (int) (r3 >>> EXTRA_SHIFT & EXTRA_MASK);
        XdpMd xdp = machine.xdp();
        if (extra > xdp.totalLength()) {
            return -Errno.EFAULT;
        }
        if (!(machine.runtime().map(r2) instanceof PerfEventArrayMap map)) {
            return -Errno.EINVAL;
        }
        long packet = xdp.contiguous(0, extra);
        if (packet == 0 && extra > 0) {
            return outputCopied(machine, map, r3 & INDEX_MASK, r4, (int) r5, extra);
        }
        return map.output(r3 & INDEX_MASK, r4, (int) r5, packet, extra, machine.cpu());
    }

    /// Packet bytes out of several chunks.
    private static long outputCopied(
            BpfMachine machine, PerfEventArrayMap map, long index, long data, int size, int extra) {
        try (Arena arena = Arena.ofConfined()) {
            long copy = arena.allocate(extra).address();
            PacketHelpers.copyOut(machine.xdp(), 0, copy, extra);
            return map.output(index, data, size, copy, extra, machine.cpu());
        }
    }
}
