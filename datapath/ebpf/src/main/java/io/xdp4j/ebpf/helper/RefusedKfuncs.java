package io.xdp4j.ebpf.helper;

import static io.xdp4j.ebpf.helper.HelperTable.allBut;
import static io.xdp4j.ebpf.helper.KfuncProto.Flag.ACQUIRE;
import static io.xdp4j.ebpf.helper.KfuncProto.Flag.ITER_DESTROY;
import static io.xdp4j.ebpf.helper.KfuncProto.Flag.ITER_NEW;
import static io.xdp4j.ebpf.helper.KfuncProto.Flag.ITER_NEXT;
import static io.xdp4j.ebpf.helper.KfuncProto.Flag.RCU;
import static io.xdp4j.ebpf.helper.KfuncProto.Flag.RCU_PROTECTED;
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
                KfuncProto.parse("void *bpf_cast_to_kern_ctx(xdp_md *obj)")
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
                KfuncProto.parse(
                                "task_struct *bpf_task_acquire(task_struct *p)",
                                ACQUIRE,
                                RCU,
                                RET_NULL)
                        .on(allBut(SOCKET_FILTER, SK_REUSEPORT))
                        .refused("there are no tasks here"),
                KfuncProto.parse("void bpf_task_release(task_struct *p)", RELEASE)
                        .on(allBut(SOCKET_FILTER, SK_REUSEPORT))
                        .refused("there are no tasks here"),
                KfuncProto.parse("task_struct *bpf_task_from_pid(s32 pid)", ACQUIRE, RET_NULL)
                        .on(allBut(SOCKET_FILTER, SK_REUSEPORT))
                        .refused("there are no tasks here"),
                KfuncProto.parse("task_struct *bpf_task_from_vpid(s32 vpid)")
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
                KfuncProto.parse(
                                "cgroup *bpf_task_get_cgroup1(task_struct *task, int hierarchy_id)",
                                ACQUIRE,
                                RCU,
                                RET_NULL)
                        .on(allBut(SOCKET_FILTER, SK_REUSEPORT))
                        .refused("there are no control groups here"),
                KfuncProto.parse(
                                "int bpf_send_signal_task(task_struct *task, int sig, u32 type, u64 value)",
                                TRUSTED_ARGS)
                        .on(allBut(SOCKET_FILTER, SK_REUSEPORT))
                        .refused("there are no tasks here"),
                KfuncProto.parse("bpf_key *bpf_lookup_system_key(u64 id)", ACQUIRE, RET_NULL)
                        .on(allBut(SOCKET_FILTER, SK_REUSEPORT))
                        .refused("there are no key rings here"),
                KfuncProto.parse(
                                "bpf_key *bpf_lookup_user_key(s32 serial, u64 flags)",
                                ACQUIRE,
                                RET_NULL,
                                SLEEPABLE)
                        .on(allBut(SOCKET_FILTER, SK_REUSEPORT))
                        .refused("there are no key rings here"),
                KfuncProto.parse("void bpf_key_put(bpf_key *bkey)", RELEASE, TRUSTED_ARGS)
                        .on(allBut(SOCKET_FILTER, SK_REUSEPORT))
                        .refused("there are no key rings here"),
                KfuncProto.parse("kmem_cache *bpf_get_kmem_cache(u64 addr)", RET_NULL)
                        .refused("there are no kernel caches here"),
                KfuncProto.parse(
                                "int bpf_iter_task_new(bpf_iter_task *it, task_struct *task__nullable, u32 flags)",
                                ITER_NEW,
                                TRUSTED_ARGS,
                                RCU_PROTECTED)
                        .refused("there are no tasks here"),
                KfuncProto.parse(
                                "task_struct *bpf_iter_task_next(bpf_iter_task *it)",
                                ITER_NEXT,
                                RET_NULL)
                        .refused("there are no tasks here"),
                KfuncProto.parse("void bpf_iter_task_destroy(bpf_iter_task *it)", ITER_DESTROY)
                        .refused("there are no tasks here"),
                KfuncProto.parse(
                                "int bpf_iter_task_vma_new(bpf_iter_task_vma *it, task_struct *task, u64 addr)",
                                ITER_NEW,
                                RCU)
                        .refused("there are no tasks here"),
                KfuncProto.parse(
                                "vm_area_struct *bpf_iter_task_vma_next(bpf_iter_task_vma *it)",
                                ITER_NEXT,
                                RET_NULL)
                        .refused("there are no tasks here"),
                KfuncProto.parse(
                                "void bpf_iter_task_vma_destroy(bpf_iter_task_vma *it)",
                                ITER_DESTROY)
                        .refused("there are no tasks here"),
                KfuncProto.parse(
                                "int bpf_iter_css_new(bpf_iter_css *it, cgroup_subsys_state *start, u32 flags)",
                                ITER_NEW,
                                TRUSTED_ARGS,
                                RCU_PROTECTED)
                        .refused("there are no control groups here"),
                KfuncProto.parse(
                                "cgroup_subsys_state *bpf_iter_css_next(bpf_iter_css *it)",
                                ITER_NEXT,
                                RET_NULL)
                        .refused("there are no control groups here"),
                KfuncProto.parse("void bpf_iter_css_destroy(bpf_iter_css *it)", ITER_DESTROY)
                        .refused("there are no control groups here"),
                KfuncProto.parse(
                                "s64 bpf_task_under_cgroup(task_struct *task, cgroup *ancestor)",
                                RCU)
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
