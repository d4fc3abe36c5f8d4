package io.xdp4j.ebpf.helper;

import static io.xdp4j.ebpf.helper.ArgType.ANYTHING;
import static io.xdp4j.ebpf.helper.ArgType.CONST_SIZE;
import static io.xdp4j.ebpf.helper.ArgType.UNINIT_MEM;
import static io.xdp4j.ebpf.helper.HelperProto.Trait.GPL_ONLY;
import static io.xdp4j.ebpf.helper.RetType.INTEGER;

import java.util.List;

/// Who runs the program: CPU, task, randomness.
final class TaskHelpers {
    private TaskHelpers() {}

    static List<HelperProto> protos() {
        return List.of(
                HelperProto.of(7, "get_prandom_u32", INTEGER),
                HelperProto.of(8, "get_smp_processor_id", INTEGER),
                HelperProto.of(42, "get_numa_node_id", INTEGER),
                HelperProto.of(14, "get_current_pid_tgid", INTEGER),
                HelperProto.of(15, "get_current_uid_gid", INTEGER),
                HelperProto.of(16, "get_current_comm", INTEGER, UNINIT_MEM, CONST_SIZE),
                HelperProto.of(17, "get_cgroup_classid", INTEGER),
                HelperProto.of(35, "get_current_task", INTEGER).with(GPL_ONLY),
                HelperProto.of(80, "get_current_cgroup_id", INTEGER),
                HelperProto.of(123, "get_current_ancestor_cgroup_id", INTEGER, ANYTHING),
                HelperProto.of(
                        120,
                        "get_ns_current_pid_tgid",
                        INTEGER,
                        ANYTHING,
                        ANYTHING,
                        UNINIT_MEM,
                        CONST_SIZE));
    }
}
