package io.xdp4j.ebpf.helper;

import static io.xdp4j.ebpf.helper.ArgType.ANYTHING;
import static io.xdp4j.ebpf.helper.ArgType.CONST_SIZE_OR_ZERO;
import static io.xdp4j.ebpf.helper.ArgType.UNINIT_MEM;
import static io.xdp4j.ebpf.helper.HelperProto.Trait.GPL_ONLY;
import static io.xdp4j.ebpf.helper.RetType.INTEGER;

import java.util.List;

/// Reads of memory by address.
final class ProbeHelpers {
    private ProbeHelpers() {}

    static List<HelperProto> protos() {
        return List.of(
                HelperProto.of(
                                112,
                                "probe_read_user",
                                INTEGER,
                                UNINIT_MEM,
                                CONST_SIZE_OR_ZERO,
                                ANYTHING)
                        .with(GPL_ONLY),
                HelperProto.of(
                                113,
                                "probe_read_kernel",
                                INTEGER,
                                UNINIT_MEM,
                                CONST_SIZE_OR_ZERO,
                                ANYTHING)
                        .with(GPL_ONLY),
                HelperProto.of(
                                114,
                                "probe_read_user_str",
                                INTEGER,
                                UNINIT_MEM,
                                CONST_SIZE_OR_ZERO,
                                ANYTHING)
                        .with(GPL_ONLY),
                HelperProto.of(
                                115,
                                "probe_read_kernel_str",
                                INTEGER,
                                UNINIT_MEM,
                                CONST_SIZE_OR_ZERO,
                                ANYTHING)
                        .with(GPL_ONLY));
    }
}
