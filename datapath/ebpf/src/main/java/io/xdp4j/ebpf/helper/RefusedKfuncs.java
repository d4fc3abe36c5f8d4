package io.xdp4j.ebpf.helper;

import static io.xdp4j.ebpf.helper.HelperTable.allBut;
import static io.xdp4j.ebpf.helper.KfuncProto.Flag.ACQUIRE;
import static io.xdp4j.ebpf.helper.KfuncProto.Flag.RCU;
import static io.xdp4j.ebpf.helper.KfuncProto.Flag.RELEASE;
import static io.xdp4j.ebpf.helper.KfuncProto.Flag.RET_NULL;
import static io.xdp4j.ebpf.helper.KfuncProto.Flag.SLEEPABLE;
import static io.xdp4j.ebpf.helper.KfuncProto.Flag.TRUSTED_ARGS;
import static io.xdp4j.ebpf.program.ProgramType.SCHED_CLS;
import static io.xdp4j.ebpf.program.ProgramType.SK_REUSEPORT;
import static io.xdp4j.ebpf.program.ProgramType.SOCKET_FILTER;
import static io.xdp4j.ebpf.program.ProgramType.XDP;

import java.util.List;
import java.util.Set;

/// Kfuncs that cannot run here: declared for the verifier.
final class RefusedKfuncs {
    private RefusedKfuncs() {}

    static List<KfuncProto> protos() {
        return List.of(
                KfuncProto.parse("void *bpf_cast_to_kern_ctx(void *obj)")
                        .refused("there are no kernel types here"),
                KfuncProto.parse("void *bpf_rdonly_cast(const void *obj__ign, u32 btf_id__k)")
                        .refused("there are no kernel types here"),
                KfuncProto.parse(
                                "void *bpf_obj_new_impl(u64 local_type_id__k, void *meta__ign)",
                                ACQUIRE,
                                RET_NULL)
                        .on(allBut(SOCKET_FILTER, SK_REUSEPORT))
                        .refused("objects of a program's own types are not there yet"),
                KfuncProto.parse("void bpf_obj_drop_impl(void *p__alloc, void *meta__ign)", RELEASE)
                        .on(allBut(SOCKET_FILTER, SK_REUSEPORT))
                        .refused("objects of a program's own types are not there yet"),
                KfuncProto.parse(
                                "void *bpf_percpu_obj_new_impl(u64 local_type_id__k, void *meta__ign)",
                                ACQUIRE,
                                RET_NULL)
                        .on(allBut(SOCKET_FILTER, SK_REUSEPORT))
                        .refused("objects of a program's own types are not there yet"),
                KfuncProto.parse(
                                "void bpf_percpu_obj_drop_impl(void *p__alloc, void *meta__ign)",
                                RELEASE)
                        .on(allBut(SOCKET_FILTER, SK_REUSEPORT))
                        .refused("objects of a program's own types are not there yet"),
                KfuncProto.parse(
                                "void *bpf_refcount_acquire_impl(void *p__refcounted_kptr, void *meta__ign)",
                                ACQUIRE,
                                RET_NULL,
                                RCU)
                        .on(allBut(SOCKET_FILTER, SK_REUSEPORT))
                        .refused("objects of a program's own types are not there yet"),
                KfuncProto.parse(
                                "int bpf_list_push_front_impl(bpf_list_head *head, bpf_list_node *node, void *meta__ign, u64 off)")
                        .on(allBut(SOCKET_FILTER, SK_REUSEPORT))
                        .refused("objects of a program's own types are not there yet"),
                KfuncProto.parse(
                                "int bpf_list_push_back_impl(bpf_list_head *head, bpf_list_node *node, void *meta__ign, u64 off)")
                        .on(allBut(SOCKET_FILTER, SK_REUSEPORT))
                        .refused("objects of a program's own types are not there yet"),
                KfuncProto.parse(
                                "bpf_list_node *bpf_list_pop_front(bpf_list_head *head)",
                                ACQUIRE,
                                RET_NULL)
                        .on(allBut(SOCKET_FILTER, SK_REUSEPORT))
                        .refused("objects of a program's own types are not there yet"),
                KfuncProto.parse(
                                "bpf_list_node *bpf_list_pop_back(bpf_list_head *head)",
                                ACQUIRE,
                                RET_NULL)
                        .on(allBut(SOCKET_FILTER, SK_REUSEPORT))
                        .refused("objects of a program's own types are not there yet"),
                KfuncProto.parse("bpf_list_node *bpf_list_front(bpf_list_head *head)", RET_NULL)
                        .on(allBut(SOCKET_FILTER, SK_REUSEPORT))
                        .refused("objects of a program's own types are not there yet"),
                KfuncProto.parse("bpf_list_node *bpf_list_back(bpf_list_head *head)", RET_NULL)
                        .on(allBut(SOCKET_FILTER, SK_REUSEPORT))
                        .refused("objects of a program's own types are not there yet"),
                KfuncProto.parse(
                                "int bpf_rbtree_add_impl(bpf_rb_root *root, bpf_rb_node *node, func *less, void *meta__ign, u64 off)")
                        .on(allBut(SOCKET_FILTER, SK_REUSEPORT))
                        .refused("objects of a program's own types are not there yet"),
                KfuncProto.parse(
                                "bpf_rb_node *bpf_rbtree_remove(bpf_rb_root *root, bpf_rb_node *node)",
                                ACQUIRE,
                                RET_NULL)
                        .on(allBut(SOCKET_FILTER, SK_REUSEPORT))
                        .refused("objects of a program's own types are not there yet"),
                KfuncProto.parse("bpf_rb_node *bpf_rbtree_first(bpf_rb_root *root)", RET_NULL)
                        .on(allBut(SOCKET_FILTER, SK_REUSEPORT))
                        .refused("objects of a program's own types are not there yet"),
                KfuncProto.parse("bpf_rb_node *bpf_rbtree_root(bpf_rb_root *root)", RET_NULL)
                        .on(allBut(SOCKET_FILTER, SK_REUSEPORT))
                        .refused("objects of a program's own types are not there yet"),
                KfuncProto.parse(
                                "bpf_rb_node *bpf_rbtree_left(bpf_rb_root *root, bpf_rb_node *node)",
                                RET_NULL)
                        .on(allBut(SOCKET_FILTER, SK_REUSEPORT))
                        .refused("objects of a program's own types are not there yet"),
                KfuncProto.parse(
                                "bpf_rb_node *bpf_rbtree_right(bpf_rb_root *root, bpf_rb_node *node)",
                                RET_NULL)
                        .on(allBut(SOCKET_FILTER, SK_REUSEPORT))
                        .refused("objects of a program's own types are not there yet"),
                KfuncProto.parse("void bpf_throw(u64 cookie)")
                        .on(allBut(SOCKET_FILTER, SK_REUSEPORT))
                        .refused("exceptions are not there yet"),
                KfuncProto.parse("int bpf_wq_init(bpf_wq *wq, void *p__map, u32 flags)")
                        .refused("work queues need a kernel"),
                KfuncProto.parse(
                                "int bpf_wq_set_callback_impl(bpf_wq *wq, func *callback_fn, u32 flags, void *aux__prog)")
                        .refused("work queues need a kernel"),
                KfuncProto.parse("int bpf_wq_start(bpf_wq *wq, u32 flags)")
                        .refused("work queues need a kernel"),
                KfuncProto.parse(
                                "int bpf_crypto_encrypt(bpf_crypto_ctx *ctx, const bpf_dynptr *src, const bpf_dynptr *dst, const bpf_dynptr *siv__nullable)",
                                RCU)
                        .on(Set.of(SCHED_CLS, XDP))
                        .refused("the kernel's ciphers are not there"),
                KfuncProto.parse(
                                "int bpf_crypto_decrypt(bpf_crypto_ctx *ctx, const bpf_dynptr *src, const bpf_dynptr *dst, const bpf_dynptr *siv__nullable)",
                                RCU)
                        .on(Set.of(SCHED_CLS, XDP))
                        .refused("the kernel's ciphers are not there"),
                KfuncProto.parse("task_*bpf_task_acquire(task_*p)", ACQUIRE, RCU, RET_NULL)
                        .on(allBut(SOCKET_FILTER, SK_REUSEPORT))
                        .refused("there are no tasks here"),
                KfuncProto.parse("void bpf_task_release(task_*p)", RELEASE)
                        .on(allBut(SOCKET_FILTER, SK_REUSEPORT))
                        .refused("there are no tasks here"),
                KfuncProto.parse("task_*bpf_task_from_pid(s32 pid)", ACQUIRE, RET_NULL)
                        .on(allBut(SOCKET_FILTER, SK_REUSEPORT))
                        .refused("there are no tasks here"),
                KfuncProto.parse("task_*bpf_task_from_vpid(s32 vpid)")
                        .on(allBut(SOCKET_FILTER, SK_REUSEPORT))
                        .refused("there are no tasks here"),
                KfuncProto.parse("cgroup *bpf_cgroup_acquire(cgroup *cgrp)", ACQUIRE, RCU, RET_NULL)
                        .on(allBut(SOCKET_FILTER, SK_REUSEPORT))
                        .refused("there are no control groups here"),
                KfuncProto.parse("void bpf_cgroup_release(cgroup *cgrp)", RELEASE)
                        .on(allBut(SOCKET_FILTER, SK_REUSEPORT))
                        .refused("there are no control groups here"),
                KfuncProto.parse("cgroup *bpf_cgroup_from_id(u64 cgid)", ACQUIRE, RET_NULL)
                        .on(allBut(SOCKET_FILTER, SK_REUSEPORT))
                        .refused("there are no control groups here"),
                KfuncProto.parse(
                                "cgroup *bpf_cgroup_ancestor(cgroup *cgrp, int level)",
                                ACQUIRE,
                                RCU,
                                RET_NULL)
                        .on(allBut(SOCKET_FILTER, SK_REUSEPORT))
                        .refused("there are no control groups here"),
                KfuncProto.parse("s64 bpf_task_under_cgroup(task_*task, cgroup *ancestor)", RCU)
                        .on(allBut(SOCKET_FILTER, SK_REUSEPORT))
                        .refused("there are no tasks here"),
                KfuncProto.parse(
                                "arena *bpf_arena_alloc_pages(void *p__map, arena *addr__ign, u32 page_cnt, int node_id, u64 flags)",
                                TRUSTED_ARGS,
                                SLEEPABLE)
                        .refused("arenas are not there"),
                KfuncProto.parse(
                                "void bpf_arena_free_pages(void *p__map, arena *ptr__ign, u32 page_cnt)",
                                TRUSTED_ARGS,
                                SLEEPABLE)
                        .refused("arenas are not there"));
    }
}
