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
    /// Memory of the size of the allocation argument.
    ALLOC_MEM_OR_NULL,
    /// Memory of the size [HelperProto] and the call tell (`dynptr_data`).
    DYNPTR_MEM_OR_NULL,
    MEM_OR_BTF_ID,
    MEM_OR_BTF_ID_OR_NULL,
    BTF_ID,
    BTF_ID_OR_NULL,
    KPTR_OR_NULL
}
