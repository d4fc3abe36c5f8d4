package io.xdp4j.ebpf.helper;

import static io.xdp4j.ebpf.helper.ArgType.BTF_SOCK_COMMON;
import static io.xdp4j.ebpf.helper.ArgType.CONST_SIZE;
import static io.xdp4j.ebpf.helper.ArgType.CONST_SIZE_OR_ZERO;
import static io.xdp4j.ebpf.helper.ArgType.FIXED_MEM;
import static io.xdp4j.ebpf.helper.ArgType.MEM;
import static io.xdp4j.ebpf.helper.HelperProto.Trait.GPL_ONLY;
import static io.xdp4j.ebpf.helper.HelperProto.Trait.PACKET_ACCESS;
import static io.xdp4j.ebpf.helper.RetType.INTEGER;
import static io.xdp4j.ebpf.program.ProgramType.SCHED_CLS;
import static io.xdp4j.ebpf.program.ProgramType.XDP;

import java.util.List;
import java.util.Set;

/// SYN cookies.
final class SyncookieHelpers {
    private SyncookieHelpers() {}

    static List<HelperProto> protos() {
        return List.of(
                HelperProto.of(
                                100,
                                "tcp_check_syncookie",
                                INTEGER,
                                BTF_SOCK_COMMON,
                                MEM,
                                CONST_SIZE,
                                MEM,
                                CONST_SIZE)
                        .with(GPL_ONLY, PACKET_ACCESS)
                        .on(Set.of(SCHED_CLS, XDP)),
                HelperProto.of(
                                110,
                                "tcp_gen_syncookie",
                                INTEGER,
                                BTF_SOCK_COMMON,
                                MEM,
                                CONST_SIZE,
                                MEM,
                                CONST_SIZE)
                        .with(GPL_ONLY, PACKET_ACCESS)
                        .on(Set.of(SCHED_CLS, XDP)),
                HelperProto.of(
                                204,
                                "tcp_raw_gen_syncookie_ipv4",
                                INTEGER,
                                FIXED_MEM,
                                MEM,
                                CONST_SIZE_OR_ZERO)
                        .with(GPL_ONLY, PACKET_ACCESS)
                        .on(Set.of(SCHED_CLS, XDP))
                        .sized(20, 0, 0),
                HelperProto.of(
                                205,
                                "tcp_raw_gen_syncookie_ipv6",
                                INTEGER,
                                FIXED_MEM,
                                MEM,
                                CONST_SIZE_OR_ZERO)
                        .with(GPL_ONLY, PACKET_ACCESS)
                        .on(Set.of(SCHED_CLS, XDP))
                        .sized(40, 0, 0),
                HelperProto.of(206, "tcp_raw_check_syncookie_ipv4", INTEGER, FIXED_MEM, FIXED_MEM)
                        .with(GPL_ONLY, PACKET_ACCESS)
                        .on(Set.of(SCHED_CLS, XDP))
                        .sized(20, 20),
                HelperProto.of(207, "tcp_raw_check_syncookie_ipv6", INTEGER, FIXED_MEM, FIXED_MEM)
                        .with(GPL_ONLY, PACKET_ACCESS)
                        .on(Set.of(SCHED_CLS, XDP))
                        .sized(40, 20));
    }
}
