package io.xdp4j.ebpf.helper;

import static io.xdp4j.ebpf.helper.ArgType.ANYTHING;
import static io.xdp4j.ebpf.helper.ArgType.BTF_SOCK_COMMON;
import static io.xdp4j.ebpf.helper.ArgType.CONST_MAP_PTR;
import static io.xdp4j.ebpf.helper.ArgType.CONST_SIZE;
import static io.xdp4j.ebpf.helper.ArgType.CTX;
import static io.xdp4j.ebpf.helper.ArgType.CTX_OR_NULL;
import static io.xdp4j.ebpf.helper.ArgType.MAP_KEY;
import static io.xdp4j.ebpf.helper.ArgType.MAP_VALUE_OR_NULL;
import static io.xdp4j.ebpf.helper.ArgType.MEM;
import static io.xdp4j.ebpf.helper.ArgType.UNINIT_MEM;
import static io.xdp4j.ebpf.helper.ArgType.WRITABLE_MEM;
import static io.xdp4j.ebpf.helper.HelperProto.Trait.CHANGES_PACKET;
import static io.xdp4j.ebpf.helper.HelperProto.Trait.PACKET_ACCESS;
import static io.xdp4j.ebpf.helper.HelperTable.allBut;
import static io.xdp4j.ebpf.helper.RetType.INTEGER;
import static io.xdp4j.ebpf.helper.RetType.MAP_VALUE;
import static io.xdp4j.ebpf.program.ProgramType.CGROUP_DEVICE;
import static io.xdp4j.ebpf.program.ProgramType.CGROUP_SKB;
import static io.xdp4j.ebpf.program.ProgramType.CGROUP_SOCK;
import static io.xdp4j.ebpf.program.ProgramType.CGROUP_SOCK_ADDR;
import static io.xdp4j.ebpf.program.ProgramType.SCHED_CLS;
import static io.xdp4j.ebpf.program.ProgramType.SK_REUSEPORT;
import static io.xdp4j.ebpf.program.ProgramType.SOCK_OPS;
import static io.xdp4j.ebpf.program.ProgramType.XDP;

import java.util.List;
import java.util.Set;

/// Helpers of socket and cgroup programs; declared for the verifier.
final class CgroupHelpers {
    private CgroupHelpers() {}

    static List<HelperProto> protos() {
        return List.of(
                HelperProto.of(46, "get_socket_cookie", INTEGER, CTX)
                        .on(allBut(XDP, CGROUP_DEVICE)),
                HelperProto.of(49, "setsockopt", INTEGER, CTX, ANYTHING, ANYTHING, MEM, CONST_SIZE)
                        .on(Set.of(SOCK_OPS, CGROUP_SOCK_ADDR)),
                HelperProto.of(
                                53,
                                "sock_map_update",
                                INTEGER,
                                CTX,
                                CONST_MAP_PTR,
                                MAP_KEY,
                                ANYTHING)
                        .with(PACKET_ACCESS)
                        .on(Set.of(SOCK_OPS)),
                HelperProto.of(
                                57,
                                "getsockopt",
                                INTEGER,
                                CTX,
                                ANYTHING,
                                ANYTHING,
                                UNINIT_MEM,
                                CONST_SIZE)
                        .on(Set.of(SOCK_OPS, CGROUP_SOCK_ADDR)),
                HelperProto.of(59, "sock_ops_cb_flags_set", INTEGER, CTX, ANYTHING)
                        .on(Set.of(SOCK_OPS)),
                HelperProto.of(64, "bind", INTEGER, CTX, MEM, CONST_SIZE)
                        .on(Set.of(CGROUP_SOCK_ADDR)),
                HelperProto.of(
                                70,
                                "sock_hash_update",
                                INTEGER,
                                CTX,
                                CONST_MAP_PTR,
                                MAP_KEY,
                                ANYTHING)
                        .with(PACKET_ACCESS)
                        .on(Set.of(SOCK_OPS)),
                HelperProto.of(79, "skb_cgroup_id", INTEGER, CTX).on(Set.of(SCHED_CLS, CGROUP_SKB)),
                HelperProto.of(81, "get_local_storage", MAP_VALUE, CONST_MAP_PTR, ANYTHING)
                        .on(
                                Set.of(
                                        CGROUP_SKB,
                                        CGROUP_SOCK,
                                        SOCK_OPS,
                                        CGROUP_DEVICE,
                                        CGROUP_SOCK_ADDR)),
                HelperProto.of(
                                82,
                                "sk_select_reuseport",
                                INTEGER,
                                CTX,
                                CONST_MAP_PTR,
                                MAP_KEY,
                                ANYTHING)
                        .on(Set.of(SK_REUSEPORT)),
                HelperProto.of(83, "skb_ancestor_cgroup_id", INTEGER, CTX, ANYTHING)
                        .on(Set.of(SCHED_CLS, CGROUP_SKB)),
                HelperProto.of(
                                107,
                                "sk_storage_get",
                                RetType.MAP_VALUE_OR_NULL,
                                CONST_MAP_PTR,
                                BTF_SOCK_COMMON,
                                MAP_VALUE_OR_NULL,
                                ANYTHING)
                        .on(Set.of(SCHED_CLS, CGROUP_SKB, CGROUP_SOCK, SOCK_OPS, CGROUP_SOCK_ADDR)),
                HelperProto.of(108, "sk_storage_delete", INTEGER, CONST_MAP_PTR, BTF_SOCK_COMMON)
                        .on(Set.of(SCHED_CLS, CGROUP_SKB, SOCK_OPS, CGROUP_SOCK_ADDR)),
                HelperProto.of(122, "get_netns_cookie", INTEGER, CTX_OR_NULL)
                        .on(allBut(XDP, CGROUP_DEVICE, SK_REUSEPORT)),
                HelperProto.of(128, "sk_cgroup_id", INTEGER, BTF_SOCK_COMMON)
                        .on(Set.of(CGROUP_SKB)),
                HelperProto.of(129, "sk_ancestor_cgroup_id", INTEGER, BTF_SOCK_COMMON, ANYTHING)
                        .on(Set.of(CGROUP_SKB)),
                HelperProto.of(
                                142,
                                "load_hdr_opt",
                                INTEGER,
                                CTX,
                                WRITABLE_MEM,
                                CONST_SIZE,
                                ANYTHING)
                        .on(Set.of(SOCK_OPS)),
                HelperProto.of(143, "store_hdr_opt", INTEGER, CTX, MEM, CONST_SIZE, ANYTHING)
                        .with(CHANGES_PACKET)
                        .on(Set.of(SOCK_OPS)),
                HelperProto.of(144, "reserve_hdr_opt", INTEGER, CTX, ANYTHING, ANYTHING)
                        .on(Set.of(SOCK_OPS)),
                HelperProto.of(186, "get_retval", INTEGER)
                        .on(Set.of(CGROUP_SOCK, CGROUP_DEVICE, CGROUP_SOCK_ADDR)),
                HelperProto.of(187, "set_retval", INTEGER, ANYTHING)
                        .on(Set.of(CGROUP_SOCK, CGROUP_DEVICE, CGROUP_SOCK_ADDR)));
    }
}
