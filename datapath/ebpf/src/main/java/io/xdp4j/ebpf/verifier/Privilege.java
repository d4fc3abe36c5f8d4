package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.map.MapType;
import io.xdp4j.ebpf.program.ProgramType;
import java.util.Set;

/// What the loader of a program may do: a program is judged as the kernel judges it for such a loader.
///
/// Kernel: `bpf_token_capable` in `bpf_prog_load`, `bpf_check` and `bpf_base_func_proto`.
public enum Privilege {
    /// Root, or all capabilities that BPF knows.
    FULL,

    /// CAP_BPF and CAP_NET_ADMIN, but not CAP_PERFMON: addresses of the kernel stay secret, and what a
    /// processor might do on a branch it guessed wrongly is followed too.
    BPF,

    /// No capability, where `kernel.unprivileged_bpf_disabled` is 0: socket filters and cgroup filters
    /// of at most 4096 instructions, without functions and loops.
    NONE;

    private static final int MAX_INSNS = 1_000_000;
    private static final int MAX_INSNS_OF_NONE = 4096;

    /// Helpers that show what belongs to the kernel; 6.18 was asked.
    private static final Set<Integer> OF_PERFMON =
            Set.of(
                    6, 16, 22, 35, 55, 109, 112, 113, 114, 115, 117, 136, 137, 138, 139, 140, 141,
                    148, 149, 158, 165, 175, 176, 177, 178, 180, 191, 196);

    /// Helpers with locks, timers, callbacks, dynptrs and the like; 6.18 was asked.
    private static final Set<Integer> OF_BPF =
            Set.of(
                    17, 37, 80, 93, 94, 118, 123, 153, 154, 156, 157, 164, 169, 170, 171, 172, 181,
                    194, 197, 198, 199, 200, 201, 202, 203, 209, 210, 211);

    /// True when programs may see, compare and pass on addresses of the kernel (CAP_PERFMON).
    boolean mayLeak() {
        return this == FULL;
    }

    /// True with CAP_BPF.
    boolean isCapable() {
        return this != NONE;
    }

    int maxInsns() {
        return isCapable() ? MAX_INSNS : MAX_INSNS_OF_NONE;
    }

    boolean mayLoad(ProgramType type) {
        return isCapable() || type == ProgramType.SOCKET_FILTER || type == ProgramType.CGROUP_SKB;
    }

    /// True when the loader may make maps of that type.
    ///
    /// Kernel: `map_create`.
    public boolean mayCreate(MapType type) {
        return isCapable()
                || switch (type) {
                    case ARRAY,
                            PERCPU_ARRAY,
                            PROG_ARRAY,
                            PERF_EVENT_ARRAY,
                            CGROUP_ARRAY,
                            ARRAY_OF_MAPS,
                            HASH,
                            PERCPU_HASH,
                            HASH_OF_MAPS,
                            RINGBUF,
                            USER_RINGBUF,
                            CGROUP_STORAGE,
                            PERCPU_CGROUP_STORAGE ->
                            true;
                    default -> false;
                };
    }

    /// Addresses of packets and the time stamp are for CAP_BPF.
    boolean maySee(ContextField field, boolean write) {
        return isCapable()
                || !(field.type().isPacketOrEnd() || (write && field.name().equals("tstamp")));
    }

    boolean mayCall(int helper) {
        return (mayLeak() || !OF_PERFMON.contains(helper))
                && (isCapable() || !OF_BPF.contains(helper));
    }
}
