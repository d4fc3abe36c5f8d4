package io.xdp4j.ebpf.helper;

import static io.xdp4j.ebpf.helper.ArgType.ANYTHING;
import static io.xdp4j.ebpf.helper.ArgType.BTF_ID;
import static io.xdp4j.ebpf.helper.ArgType.BTF_ID_OR_NULL;
import static io.xdp4j.ebpf.helper.ArgType.CONST_MAP_PTR;
import static io.xdp4j.ebpf.helper.ArgType.CONST_SIZE;
import static io.xdp4j.ebpf.helper.ArgType.CONST_SIZE_OR_ZERO;
import static io.xdp4j.ebpf.helper.ArgType.FUNC;
import static io.xdp4j.ebpf.helper.ArgType.MAP_VALUE_OR_NULL;
import static io.xdp4j.ebpf.helper.ArgType.STACK_OR_NULL;
import static io.xdp4j.ebpf.helper.ArgType.UNINIT_MEM;
import static io.xdp4j.ebpf.helper.HelperProto.Trait.CALLS_BACK;
import static io.xdp4j.ebpf.helper.HelperProto.Trait.GPL_ONLY;
import static io.xdp4j.ebpf.helper.HelperProto.Trait.MIGHT_SLEEP;
import static io.xdp4j.ebpf.helper.RetType.BTF_ID_TRUSTED;
import static io.xdp4j.ebpf.helper.RetType.INTEGER;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.vm.BpfMachine;
import java.util.List;

/// Helpers that need the kernel's own objects: declared for the verifier, refused here.
final class KernelHelpers {
    private KernelHelpers() {}

    static List<HelperProto> protos() {
        return List.of(
                HelperProto.of(22, "perf_event_read", INTEGER, CONST_MAP_PTR, ANYTHING)
                        .with(GPL_ONLY)
                        .refused("it reads hardware counters"),
                HelperProto.of(37, "current_task_under_cgroup", INTEGER, CONST_MAP_PTR, ANYTHING)
                        .refused("there are no control groups of tasks here"),
                HelperProto.of(
                                55,
                                "perf_event_read_value",
                                INTEGER,
                                CONST_MAP_PTR,
                                ANYTHING,
                                UNINIT_MEM,
                                CONST_SIZE)
                        .with(GPL_ONLY)
                        .refused("it reads hardware counters"),
                HelperProto.of(109, "send_signal", INTEGER, ANYTHING).refused("it sends signals"),
                HelperProto.of(117, "send_signal_thread", INTEGER, ANYTHING)
                        .refused("it sends signals"),
                HelperProto.of(
                                141,
                                "get_task_stack",
                                INTEGER,
                                BTF_ID,
                                UNINIT_MEM,
                                CONST_SIZE_OR_ZERO,
                                ANYTHING)
                        .btf("task_struct")
                        .refused("there are no kernel stacks here"),
                HelperProto.of(
                                148,
                                "copy_from_user",
                                INTEGER,
                                UNINIT_MEM,
                                CONST_SIZE_OR_ZERO,
                                ANYTHING)
                        .with(MIGHT_SLEEP)
                        .refused("it needs a sleepable program"),
                HelperProto.of(
                                156,
                                "task_storage_get",
                                RetType.MAP_VALUE_OR_NULL,
                                CONST_MAP_PTR,
                                BTF_ID_OR_NULL,
                                MAP_VALUE_OR_NULL,
                                ANYTHING)
                        .btf("task_struct")
                        .refused("there is no storage of tasks here"),
                HelperProto.of(157, "task_storage_delete", INTEGER, CONST_MAP_PTR, BTF_ID_OR_NULL)
                        .btf("task_struct")
                        .refused("there is no storage of tasks here"),
                HelperProto.of(158, "get_current_task_btf", BTF_ID_TRUSTED)
                        .with(GPL_ONLY)
                        .btf("task_struct")
                        .refused("there are no kernel types here"),
                HelperProto.of(175, "task_pt_regs", RetType.BTF_ID, BTF_ID)
                        .with(GPL_ONLY)
                        .btf("task_struct")
                        .refused("there are no kernel types here"),
                HelperProto.of(176, "get_branch_snapshot", INTEGER, UNINIT_MEM, CONST_SIZE_OR_ZERO)
                        .with(GPL_ONLY)
                        .does(KernelHelpers::noSnapshot),
                HelperProto.of(
                                180,
                                "find_vma",
                                INTEGER,
                                BTF_ID,
                                ANYTHING,
                                FUNC,
                                STACK_OR_NULL,
                                ANYTHING)
                        .with(CALLS_BACK)
                        .btf("task_struct")
                        .refused("there is no memory of tasks here"),
                HelperProto.of(
                                191,
                                "copy_from_user_task",
                                INTEGER,
                                UNINIT_MEM,
                                CONST_SIZE_OR_ZERO,
                                ANYTHING,
                                BTF_ID,
                                ANYTHING)
                        .with(GPL_ONLY, MIGHT_SLEEP)
                        .btf("task_struct")
                        .refused("it needs a sleepable program"),
                HelperProto.of(
                                210,
                                "cgrp_storage_get",
                                RetType.MAP_VALUE_OR_NULL,
                                CONST_MAP_PTR,
                                BTF_ID_OR_NULL,
                                MAP_VALUE_OR_NULL,
                                ANYTHING)
                        .btf("cgroup")
                        .refused("there is no storage of control groups here"),
                HelperProto.of(211, "cgrp_storage_delete", INTEGER, CONST_MAP_PTR, BTF_ID_OR_NULL)
                        .btf("cgroup")
                        .refused("there is no storage of control groups here"));
    }

    @HotPath
    static long noSnapshot(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return -Errno.ENOENT;
    }
}
