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

import java.util.List;

/// Perf event output.
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
                        .on(allBut(SK_REUSEPORT)));
    }
}
