package io.xdp4j.ebpf.helper;

import static io.xdp4j.ebpf.helper.ArgType.ANYTHING;
import static io.xdp4j.ebpf.helper.ArgType.CONST_SIZE;
import static io.xdp4j.ebpf.helper.ArgType.UNINIT_MEM;
import static io.xdp4j.ebpf.helper.HelperProto.Trait.GPL_ONLY;
import static io.xdp4j.ebpf.helper.RetType.INTEGER;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.ebpf.vm.BpfMachine;
import java.util.List;

/// Who runs the program: CPU, task, randomness.
final class TaskHelpers {
    private TaskHelpers() {}

    static List<HelperProto> protos() {
        return List.of(
                HelperProto.of(7, "get_prandom_u32", INTEGER).does(TaskHelpers::random),
                HelperProto.of(8, "get_smp_processor_id", INTEGER).does(TaskHelpers::cpu),
                HelperProto.of(42, "get_numa_node_id", INTEGER).does(TaskHelpers::numaNode),
                HelperProto.of(14, "get_current_pid_tgid", INTEGER).does(TaskHelpers::pidTgid),
                HelperProto.of(15, "get_current_uid_gid", INTEGER).does(TaskHelpers::uidGid),
                HelperProto.of(16, "get_current_comm", INTEGER, UNINIT_MEM, CONST_SIZE)
                        .does(TaskHelpers::comm),
                HelperProto.of(17, "get_cgroup_classid", INTEGER).does(TaskHelpers::classId),
                HelperProto.of(35, "get_current_task", INTEGER)
                        .with(GPL_ONLY)
                        .does(TaskHelpers::task),
                HelperProto.of(80, "get_current_cgroup_id", INTEGER).does(TaskHelpers::cgroupId),
                HelperProto.of(123, "get_current_ancestor_cgroup_id", INTEGER, ANYTHING)
                        .does(TaskHelpers::ancestorCgroupId),
                HelperProto.of(
                                120,
                                "get_ns_current_pid_tgid",
                                INTEGER,
                                ANYTHING,
                                ANYTHING,
                                UNINIT_MEM,
                                CONST_SIZE)
                        .does(TaskHelpers::namespacePid));
    }

    /// What `bpf_get_current_task` answers: no address a program could read.
    private static final long TASK = 0x5441_534b_0000_0000L;

    private static final long PID = ProcessHandle.current().pid();
    private static final byte[] COMM = {'j', 'a', 'v', 'a'};
    private static final long ROOT_CGROUP = 1;

    @HotPath
    static long random(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return machine.nextRandom() & 0xffff_ffffL;
    }

    @HotPath
    static long cpu(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return machine.cpu();
    }

    @HotPath
    static long numaNode(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return 0;
    }

    @HotPath
    static long pidTgid(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return PID << 32 | PID;
    }

    @HotPath
    static long uidGid(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return 0;
    }

    @HotPath
    static long comm(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        int size = (int) r2;
        RawMemory.zero(r1, size);
        RawMemory.copyIn(COMM, 0, r1, Math.max(Math.min(COMM.length, size - 1), 0));
        return 0;
    }

    @HotPath
    static long classId(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return 0;
    }

    @HotPath
    static long task(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return TASK;
    }

    @HotPath
    static long cgroupId(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return ROOT_CGROUP;
    }

    @HotPath
    static long ancestorCgroupId(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return (int) r1 == 0 ? ROOT_CGROUP : 0;
    }

    /// There are no namespaces to name: the buffer is cleared.
    @HotPath
    static long namespacePid(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        RawMemory.zero(r3, (int) r4);
        return -Errno.EINVAL;
    }
}
