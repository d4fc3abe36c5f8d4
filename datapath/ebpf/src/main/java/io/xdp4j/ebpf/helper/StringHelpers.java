package io.xdp4j.ebpf.helper;

import static io.xdp4j.ebpf.helper.ArgType.ANYTHING;
import static io.xdp4j.ebpf.helper.ArgType.CONST_SIZE;
import static io.xdp4j.ebpf.helper.ArgType.CONST_STR;
import static io.xdp4j.ebpf.helper.ArgType.LONG_PTR;
import static io.xdp4j.ebpf.helper.ArgType.MEM;
import static io.xdp4j.ebpf.helper.RetType.INTEGER;

import java.util.List;

/// Numbers in text, comparison of strings.
final class StringHelpers {
    private StringHelpers() {}

    static List<HelperProto> protos() {
        return List.of(
                HelperProto.of(105, "strtol", INTEGER, MEM, CONST_SIZE, ANYTHING, LONG_PTR),
                HelperProto.of(106, "strtoul", INTEGER, MEM, CONST_SIZE, ANYTHING, LONG_PTR),
                HelperProto.of(182, "strncmp", INTEGER, MEM, CONST_SIZE, CONST_STR));
    }
}
