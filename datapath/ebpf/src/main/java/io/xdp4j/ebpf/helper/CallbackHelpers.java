package io.xdp4j.ebpf.helper;

import static io.xdp4j.ebpf.helper.ArgType.ANYTHING;
import static io.xdp4j.ebpf.helper.ArgType.CONST_MAP_PTR;
import static io.xdp4j.ebpf.helper.ArgType.FUNC;
import static io.xdp4j.ebpf.helper.ArgType.SCALAR;
import static io.xdp4j.ebpf.helper.ArgType.STACK_OR_NULL;
import static io.xdp4j.ebpf.helper.HelperProto.Trait.CALLS_BACK;
import static io.xdp4j.ebpf.helper.RetType.INTEGER;

import java.util.List;

/// Helpers that call a function of the program.
final class CallbackHelpers {
    private CallbackHelpers() {}

    static List<HelperProto> protos() {
        return List.of(
                HelperProto.of(
                                164,
                                "for_each_map_elem",
                                INTEGER,
                                CONST_MAP_PTR,
                                FUNC,
                                STACK_OR_NULL,
                                ANYTHING)
                        .with(CALLS_BACK),
                HelperProto.of(181, "loop", INTEGER, SCALAR, FUNC, STACK_OR_NULL, ANYTHING)
                        .with(CALLS_BACK),
                HelperProto.of(
                                209,
                                "user_ringbuf_drain",
                                INTEGER,
                                CONST_MAP_PTR,
                                FUNC,
                                STACK_OR_NULL,
                                ANYTHING)
                        .with(CALLS_BACK));
    }
}
