package io.xdp4j.ebpf.helper;

import static io.xdp4j.ebpf.helper.ArgType.ANYTHING;
import static io.xdp4j.ebpf.helper.ArgType.CONST_SIZE_OR_ZERO;
import static io.xdp4j.ebpf.helper.ArgType.MEM_OR_NULL;
import static io.xdp4j.ebpf.helper.HelperProto.Trait.PACKET_ACCESS;
import static io.xdp4j.ebpf.helper.RetType.INTEGER;
import static io.xdp4j.ebpf.program.ProgramType.SCHED_CLS;
import static io.xdp4j.ebpf.program.ProgramType.XDP;

import java.util.List;
import java.util.Set;

/// Internet checksums.
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
                        .on(Set.of(SCHED_CLS, XDP)));
    }
}
