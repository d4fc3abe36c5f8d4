package io.xdp4j.ebpf.helper;

import static io.xdp4j.ebpf.helper.ArgType.ANYTHING;
import static io.xdp4j.ebpf.helper.ArgType.BTF_SOCK_COMMON;
import static io.xdp4j.ebpf.helper.ArgType.CONST_MAP_PTR;
import static io.xdp4j.ebpf.helper.ArgType.CONST_SIZE;
import static io.xdp4j.ebpf.helper.ArgType.CONST_SIZE_OR_ZERO;
import static io.xdp4j.ebpf.helper.ArgType.CTX;
import static io.xdp4j.ebpf.helper.ArgType.MEM;
import static io.xdp4j.ebpf.helper.ArgType.MEM_OR_NULL;
import static io.xdp4j.ebpf.helper.ArgType.UNINIT_MEM;
import static io.xdp4j.ebpf.helper.HelperProto.Trait.CHANGES_PACKET;
import static io.xdp4j.ebpf.helper.RetType.INTEGER;
import static io.xdp4j.ebpf.program.ProgramType.CGROUP_SKB;
import static io.xdp4j.ebpf.program.ProgramType.SCHED_CLS;
import static io.xdp4j.ebpf.program.ProgramType.SK_REUSEPORT;
import static io.xdp4j.ebpf.program.ProgramType.SOCKET_FILTER;

import java.util.List;
import java.util.Set;

/// Helpers of socket buffer programs; declared for the verifier.
final class SkbHelpers {
    private SkbHelpers() {}

    static List<HelperProto> protos() {
        return List.of(
                HelperProto.of(
                                9,
                                "skb_store_bytes",
                                INTEGER,
                                CTX,
                                ANYTHING,
                                MEM,
                                CONST_SIZE,
                                ANYTHING)
                        .with(CHANGES_PACKET)
                        .on(Set.of(SCHED_CLS)),
                HelperProto.of(
                                10,
                                "l3_csum_replace",
                                INTEGER,
                                CTX,
                                ANYTHING,
                                ANYTHING,
                                ANYTHING,
                                ANYTHING)
                        .with(CHANGES_PACKET)
                        .on(Set.of(SCHED_CLS)),
                HelperProto.of(
                                11,
                                "l4_csum_replace",
                                INTEGER,
                                CTX,
                                ANYTHING,
                                ANYTHING,
                                ANYTHING,
                                ANYTHING)
                        .with(CHANGES_PACKET)
                        .on(Set.of(SCHED_CLS)),
                HelperProto.of(13, "clone_redirect", INTEGER, CTX, ANYTHING, ANYTHING)
                        .with(CHANGES_PACKET)
                        .on(Set.of(SCHED_CLS)),
                HelperProto.of(18, "skb_vlan_push", INTEGER, CTX, ANYTHING, ANYTHING)
                        .with(CHANGES_PACKET)
                        .on(Set.of(SCHED_CLS)),
                HelperProto.of(19, "skb_vlan_pop", INTEGER, CTX)
                        .with(CHANGES_PACKET)
                        .on(Set.of(SCHED_CLS)),
                HelperProto.of(
                                20,
                                "skb_get_tunnel_key",
                                INTEGER,
                                CTX,
                                UNINIT_MEM,
                                CONST_SIZE,
                                ANYTHING)
                        .on(Set.of(SCHED_CLS)),
                HelperProto.of(21, "skb_set_tunnel_key", INTEGER, CTX, MEM, CONST_SIZE, ANYTHING)
                        .on(Set.of(SCHED_CLS)),
                HelperProto.of(24, "get_route_realm", INTEGER, CTX).on(Set.of(SCHED_CLS)),
                HelperProto.of(26, "skb_load_bytes", INTEGER, CTX, ANYTHING, UNINIT_MEM, CONST_SIZE)
                        .on(Set.of(SOCKET_FILTER, SCHED_CLS, CGROUP_SKB, SK_REUSEPORT)),
                HelperProto.of(29, "skb_get_tunnel_opt", INTEGER, CTX, UNINIT_MEM, CONST_SIZE)
                        .on(Set.of(SCHED_CLS)),
                HelperProto.of(30, "skb_set_tunnel_opt", INTEGER, CTX, MEM, CONST_SIZE)
                        .on(Set.of(SCHED_CLS)),
                HelperProto.of(31, "skb_change_proto", INTEGER, CTX, ANYTHING, ANYTHING)
                        .with(CHANGES_PACKET)
                        .on(Set.of(SCHED_CLS)),
                HelperProto.of(32, "skb_change_type", INTEGER, CTX, ANYTHING).on(Set.of(SCHED_CLS)),
                HelperProto.of(33, "skb_under_cgroup", INTEGER, CTX, CONST_MAP_PTR, ANYTHING)
                        .on(Set.of(SCHED_CLS)),
                HelperProto.of(34, "get_hash_recalc", INTEGER, CTX).on(Set.of(SCHED_CLS)),
                HelperProto.of(38, "skb_change_tail", INTEGER, CTX, ANYTHING, ANYTHING)
                        .with(CHANGES_PACKET)
                        .on(Set.of(SCHED_CLS)),
                HelperProto.of(39, "skb_pull_data", INTEGER, CTX, ANYTHING)
                        .with(CHANGES_PACKET)
                        .on(Set.of(SCHED_CLS)),
                HelperProto.of(40, "csum_update", INTEGER, CTX, ANYTHING).on(Set.of(SCHED_CLS)),
                HelperProto.of(41, "set_hash_invalid", INTEGER, CTX).on(Set.of(SCHED_CLS)),
                HelperProto.of(43, "skb_change_head", INTEGER, CTX, ANYTHING, ANYTHING)
                        .with(CHANGES_PACKET)
                        .on(Set.of(SCHED_CLS)),
                HelperProto.of(47, "get_socket_uid", INTEGER, CTX)
                        .on(Set.of(SOCKET_FILTER, SCHED_CLS, CGROUP_SKB)),
                HelperProto.of(48, "set_hash", INTEGER, CTX, ANYTHING).on(Set.of(SCHED_CLS)),
                HelperProto.of(50, "skb_adjust_room", INTEGER, CTX, ANYTHING, ANYTHING, ANYTHING)
                        .with(CHANGES_PACKET)
                        .on(Set.of(SCHED_CLS)),
                HelperProto.of(
                                66,
                                "skb_get_xfrm_state",
                                INTEGER,
                                CTX,
                                ANYTHING,
                                UNINIT_MEM,
                                CONST_SIZE,
                                ANYTHING)
                        .on(Set.of(SCHED_CLS)),
                HelperProto.of(
                                68,
                                "skb_load_bytes_relative",
                                INTEGER,
                                CTX,
                                ANYTHING,
                                UNINIT_MEM,
                                CONST_SIZE,
                                ANYTHING)
                        .on(Set.of(SOCKET_FILTER, SCHED_CLS, CGROUP_SKB, SK_REUSEPORT)),
                HelperProto.of(97, "skb_ecn_set_ce", INTEGER, CTX)
                        .on(Set.of(SCHED_CLS, CGROUP_SKB)),
                HelperProto.of(124, "sk_assign", INTEGER, CTX, BTF_SOCK_COMMON, ANYTHING)
                        .on(Set.of(SCHED_CLS)),
                HelperProto.of(135, "csum_level", INTEGER, CTX, ANYTHING).on(Set.of(SCHED_CLS)),
                HelperProto.of(151, "skb_cgroup_classid", INTEGER, CTX).on(Set.of(SCHED_CLS)),
                HelperProto.of(
                                152,
                                "redirect_neigh",
                                INTEGER,
                                ANYTHING,
                                MEM_OR_NULL,
                                CONST_SIZE_OR_ZERO,
                                ANYTHING)
                        .on(Set.of(SCHED_CLS)),
                HelperProto.of(155, "redirect_peer", INTEGER, ANYTHING, ANYTHING)
                        .on(Set.of(SCHED_CLS)),
                HelperProto.of(192, "skb_set_tstamp", INTEGER, CTX, ANYTHING, ANYTHING)
                        .on(Set.of(SCHED_CLS)));
    }
}
