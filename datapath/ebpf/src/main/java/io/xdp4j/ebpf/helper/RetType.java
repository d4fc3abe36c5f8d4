package io.xdp4j.ebpf.helper;

/// What r0 is after a call.
///
/// Kernel: `enum bpf_return_type`.
public enum RetType {
    INTEGER,
    VOID,
    MAP_VALUE,
    MAP_VALUE_OR_NULL,
    SOCKET_OR_NULL,
    SOCK_COMMON_OR_NULL,
    TCP_SOCK_OR_NULL,
    /// A ring buffer record of the size of the allocation argument.
    ALLOC_MEM_OR_NULL,
    /// Memory behind a dynptr, of the size of the allocation argument.
    DYNPTR_MEM_OR_NULL,
    /// Read-only memory or kernel object, from a per-CPU one (`bpf_this_cpu_ptr`).
    MEM_OR_BTF_ID,
    MEM_OR_BTF_ID_OR_NULL,
    /// A kernel object of the type that [HelperProto#btfType] names.
    BTF_ID,
    BTF_ID_OR_NULL,
    /// The same, trusted (`PTR_TRUSTED`).
    BTF_ID_TRUSTED,
    /// What the exchanged field held.
    KPTR_OR_NULL;

    /// True when the program must compare with null first.
    public boolean isNullable() {
        return name().endsWith("_OR_NULL");
    }
}
