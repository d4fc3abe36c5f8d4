package io.xdp4j.ebpf.helper;

import static io.xdp4j.ebpf.helper.ArgType.ANYTHING;
import static io.xdp4j.ebpf.helper.ArgType.CONST_SIZE;
import static io.xdp4j.ebpf.helper.ArgType.CONST_SIZE_OR_ZERO;
import static io.xdp4j.ebpf.helper.ArgType.CONST_STR;
import static io.xdp4j.ebpf.helper.ArgType.MEM;
import static io.xdp4j.ebpf.helper.ArgType.MEM_OR_NULL;
import static io.xdp4j.ebpf.helper.ArgType.WRITABLE_MEM;
import static io.xdp4j.ebpf.helper.ArgType.WRITABLE_MEM_OR_NULL;
import static io.xdp4j.ebpf.helper.HelperProto.Trait.GPL_ONLY;
import static io.xdp4j.ebpf.helper.RetType.INTEGER;

import java.util.List;

/// Text: trace output and formatting.
final class TraceHelpers {
    private TraceHelpers() {}

    static List<HelperProto> protos() {
        return List.of(
                HelperProto.of(6, "trace_printk", INTEGER, MEM, CONST_SIZE).with(GPL_ONLY),
                HelperProto.of(
                        149,
                        "snprintf_btf",
                        INTEGER,
                        WRITABLE_MEM,
                        CONST_SIZE,
                        MEM,
                        CONST_SIZE,
                        ANYTHING),
                HelperProto.of(
                                165,
                                "snprintf",
                                INTEGER,
                                WRITABLE_MEM_OR_NULL,
                                CONST_SIZE_OR_ZERO,
                                CONST_STR,
                                MEM_OR_NULL,
                                CONST_SIZE_OR_ZERO)
                        .with(GPL_ONLY),
                HelperProto.of(
                                177,
                                "trace_vprintk",
                                INTEGER,
                                MEM,
                                CONST_SIZE,
                                MEM_OR_NULL,
                                CONST_SIZE_OR_ZERO)
                        .with(GPL_ONLY));
    }
}
