package io.xdp4j.ebpf.helper;

import static io.xdp4j.ebpf.helper.ArgType.ANYTHING;
import static io.xdp4j.ebpf.helper.ArgType.CONST_ALLOC_SIZE_OR_ZERO;
import static io.xdp4j.ebpf.helper.ArgType.CONST_SIZE_OR_ZERO;
import static io.xdp4j.ebpf.helper.ArgType.DYNPTR;
import static io.xdp4j.ebpf.helper.ArgType.DYNPTR_UNINIT;
import static io.xdp4j.ebpf.helper.ArgType.MEM;
import static io.xdp4j.ebpf.helper.ArgType.UNINIT_MEM;
import static io.xdp4j.ebpf.helper.RetType.DYNPTR_MEM_OR_NULL;
import static io.xdp4j.ebpf.helper.RetType.INTEGER;

import java.util.List;

/// Memory with a checked length.
final class DynptrHelpers {
    private DynptrHelpers() {}

    static List<HelperProto> protos() {
        return List.of(
                HelperProto.of(
                        197,
                        "dynptr_from_mem",
                        INTEGER,
                        UNINIT_MEM,
                        CONST_SIZE_OR_ZERO,
                        ANYTHING,
                        DYNPTR_UNINIT),
                HelperProto.of(
                        201,
                        "dynptr_read",
                        INTEGER,
                        UNINIT_MEM,
                        CONST_SIZE_OR_ZERO,
                        DYNPTR,
                        ANYTHING,
                        ANYTHING),
                HelperProto.of(
                        202,
                        "dynptr_write",
                        INTEGER,
                        DYNPTR,
                        ANYTHING,
                        MEM,
                        CONST_SIZE_OR_ZERO,
                        ANYTHING),
                HelperProto.of(
                        203,
                        "dynptr_data",
                        DYNPTR_MEM_OR_NULL,
                        DYNPTR,
                        ANYTHING,
                        CONST_ALLOC_SIZE_OR_ZERO));
    }
}
