package io.xdp4j.ebpf.helper;

import static io.xdp4j.ebpf.helper.ArgType.ANYTHING;
import static io.xdp4j.ebpf.helper.ArgType.CONST_ALLOC_SIZE_OR_ZERO;
import static io.xdp4j.ebpf.helper.ArgType.CONST_MAP_PTR;
import static io.xdp4j.ebpf.helper.ArgType.CONST_SIZE_OR_ZERO;
import static io.xdp4j.ebpf.helper.ArgType.DYNPTR_RINGBUF;
import static io.xdp4j.ebpf.helper.ArgType.DYNPTR_RINGBUF_UNINIT;
import static io.xdp4j.ebpf.helper.ArgType.MEM;
import static io.xdp4j.ebpf.helper.ArgType.RINGBUF_MEM;
import static io.xdp4j.ebpf.helper.HelperProto.Trait.ACQUIRES;
import static io.xdp4j.ebpf.helper.HelperProto.Trait.RELEASES;
import static io.xdp4j.ebpf.helper.RetType.ALLOC_MEM_OR_NULL;
import static io.xdp4j.ebpf.helper.RetType.INTEGER;
import static io.xdp4j.ebpf.helper.RetType.VOID;

import java.util.List;

/// Ring buffer records.
final class RingHelpers {
    private RingHelpers() {}

    static List<HelperProto> protos() {
        return List.of(
                HelperProto.of(
                        130,
                        "ringbuf_output",
                        INTEGER,
                        CONST_MAP_PTR,
                        MEM,
                        CONST_SIZE_OR_ZERO,
                        ANYTHING),
                HelperProto.of(
                                131,
                                "ringbuf_reserve",
                                ALLOC_MEM_OR_NULL,
                                CONST_MAP_PTR,
                                CONST_ALLOC_SIZE_OR_ZERO,
                                ANYTHING)
                        .with(ACQUIRES),
                HelperProto.of(132, "ringbuf_submit", VOID, RINGBUF_MEM, ANYTHING).with(RELEASES),
                HelperProto.of(133, "ringbuf_discard", VOID, RINGBUF_MEM, ANYTHING).with(RELEASES),
                HelperProto.of(134, "ringbuf_query", INTEGER, CONST_MAP_PTR, ANYTHING),
                HelperProto.of(
                        198,
                        "ringbuf_reserve_dynptr",
                        INTEGER,
                        CONST_MAP_PTR,
                        ANYTHING,
                        ANYTHING,
                        DYNPTR_RINGBUF_UNINIT),
                HelperProto.of(199, "ringbuf_submit_dynptr", VOID, DYNPTR_RINGBUF, ANYTHING)
                        .with(RELEASES),
                HelperProto.of(200, "ringbuf_discard_dynptr", VOID, DYNPTR_RINGBUF, ANYTHING)
                        .with(RELEASES));
    }
}
