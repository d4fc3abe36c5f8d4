package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.helper.HelperProto;
import io.xdp4j.ebpf.helper.HelperTable;
import io.xdp4j.ebpf.helper.KfuncProto;
import io.xdp4j.ebpf.helper.KfuncTable;
import io.xdp4j.ebpf.program.LinkedProgram;
import io.xdp4j.ebpf.program.ProgramType;
import org.jspecify.annotations.Nullable;

/// What a program of some type at some attach point may do.
///
/// @param layout its context
/// @param returnMin smallest result allowed
/// @param returnMax largest result allowed
/// @param checksReturn false when any result will do
record ProgramTypeRules(
        ProgramType type,
        int attachType,
        ContextLayout layout,
        int returnMin,
        int returnMax,
        boolean checksReturn) {
    static ProgramTypeRules of(LinkedProgram program) {
        int attach = program.expectedAttachType();
        return switch (program.type()) {
            case XDP ->
                    new ProgramTypeRules(
                            ProgramType.XDP,
                            attach,
                            attach == LinkedProgram.ATTACH_XDP_DEVMAP
                                    ? ContextLayout.XDP_DEVMAP
                                    : ContextLayout.XDP,
                            0,
                            0,
                            false);
            default -> OtherContexts.rules(program.type(), SocketContexts.attach(program));
        };
    }

    /// The helper as programs of this type see it, or null when they may not call it.
    @Nullable HelperProto helper(int id) {
        HelperProto proto = HelperTable.byId(id, type);
        return proto != null && proto.isAllowed(type, attachType) ? proto : null;
    }

    /// Name of the context's type in programs' BTF.
    String contextStruct() {
        return switch (type) {
            case XDP -> "xdp_md";
            case SOCKET_FILTER, SCHED_CLS, CGROUP_SKB -> "__sk_buff";
            case CGROUP_SOCK -> "bpf_sock";
            case SOCK_OPS -> "bpf_sock_ops";
            case CGROUP_DEVICE -> "bpf_cgroup_dev_ctx";
            case CGROUP_SOCK_ADDR -> "bpf_sock_addr";
            case SK_REUSEPORT -> "sk_reuseport_md";
        };
    }

    /// Name of the kernel's type behind the context (`bpf_cast_to_kern_ctx`).
    String kernelContext() {
        return switch (type) {
            case XDP -> "xdp_buff";
            case SOCKET_FILTER, SCHED_CLS, CGROUP_SKB -> "sk_buff";
            case CGROUP_SOCK -> "sock";
            case SOCK_OPS -> "bpf_sock_ops_kern";
            case CGROUP_DEVICE -> "bpf_cgroup_dev_ctx";
            case CGROUP_SOCK_ADDR -> "bpf_sock_addr_kern";
            case SK_REUSEPORT -> "sk_reuseport_kern";
        };
    }

    /// The kfunc of that name, or null when programs of this type may not call it.
    @Nullable KfuncProto kfunc(String name) {
        KfuncProto proto = KfuncTable.byName(name);
        return proto != null && proto.types().contains(type) ? proto : null;
    }

    /// True when programs may load from the packet directly.
    boolean readsPacket() {
        return switch (type) {
            case XDP, SCHED_CLS, CGROUP_SKB, SK_REUSEPORT -> true;
            default -> false;
        };
    }

    boolean writesPacket() {
        return type == ProgramType.XDP || type == ProgramType.SCHED_CLS;
    }

    /// True when the packet may be read with `LD_ABS` and `LD_IND`.
    boolean hasLoadAbs() {
        return switch (type) {
            case SOCKET_FILTER, SCHED_CLS -> true;
            default -> false;
        };
    }
}
