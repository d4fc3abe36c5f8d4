package io.xdp4j.ebpf.helper;

import static io.xdp4j.ebpf.helper.ArgType.ANYTHING;
import static io.xdp4j.ebpf.helper.ArgType.CONST_SIZE;
import static io.xdp4j.ebpf.helper.ArgType.CTX;
import static io.xdp4j.ebpf.helper.ArgType.INT_PTR;
import static io.xdp4j.ebpf.helper.ArgType.WRITABLE_MEM;
import static io.xdp4j.ebpf.helper.HelperProto.Trait.GPL_ONLY;
import static io.xdp4j.ebpf.helper.RetType.INTEGER;
import static io.xdp4j.ebpf.program.ProgramType.SCHED_CLS;
import static io.xdp4j.ebpf.program.ProgramType.XDP;

import java.util.List;
import java.util.Set;

/// Routes, neighbours, MTU.
final class FibHelpers {
    private FibHelpers() {}

    static List<HelperProto> protos() {
        return List.of(
                HelperProto.of(69, "fib_lookup", INTEGER, CTX, WRITABLE_MEM, CONST_SIZE, ANYTHING)
                        .with(GPL_ONLY)
                        .on(Set.of(SCHED_CLS, XDP)),
                HelperProto.of(
                                163,
                                "check_mtu",
                                INTEGER,
                                CTX,
                                ANYTHING,
                                INT_PTR,
                                ANYTHING,
                                ANYTHING)
                        .with(GPL_ONLY)
                        .on(Set.of(SCHED_CLS, XDP)));
    }
}
