package io.xdp4j.ebpf.helper;

/// What the verifier demands of an argument.
///
/// Kernel: `enum bpf_arg_type`.
public enum ArgType {
    /// Not looked at.
    NONE,
    /// Any initialised value (`ARG_ANYTHING`).
    ANYTHING,
    CONST_MAP_PTR,
    /// Readable memory of the map's key size.
    MAP_KEY,
    /// Readable memory of the map's value size.
    MAP_VALUE,
    /// Writable memory of the map's value size, left initialised (`ARG_PTR_TO_UNINIT_MAP_VALUE`).
    UNINIT_MAP_VALUE,
    MAP_VALUE_OR_NULL,
    CTX,
    CTX_OR_NULL,
    /// Readable memory; the next argument is its size.
    MEM,
    MEM_OR_NULL,
    /// Memory that the helper writes; the next argument is its size.
    UNINIT_MEM,
    UNINIT_MEM_OR_NULL,
    /// Memory the helper reads and writes; the next argument is its size.
    WRITABLE_MEM,
    /// Readable memory of the fixed size that [HelperProto#fixedSize] gives.
    FIXED_MEM,
    /// Writable memory of the fixed size that [HelperProto#fixedSize] gives.
    FIXED_UNINIT_MEM,
    /// Writable 8-byte aligned long (`ARG_PTR_TO_LONG`).
    LONG_PTR,
    INT_PTR,
    /// Size of the memory argument before it; 0 is refused.
    CONST_SIZE,
    CONST_SIZE_OR_ZERO,
    /// A constant allocation size, as for `bpf_ringbuf_reserve`.
    CONST_ALLOC_SIZE_OR_ZERO,
    /// Memory that a helper handed out (`ARG_PTR_TO_RINGBUF_MEM`).
    RINGBUF_MEM,
    SPIN_LOCK,
    TIMER,
    DYNPTR,
    DYNPTR_UNINIT,
    DYNPTR_RINGBUF,
    KPTR,
    SOCKET,
    /// A socket of any kind by its common part (`ARG_PTR_TO_BTF_ID_SOCK_COMMON`).
    SOCK_COMMON,
    BTF_ID,
    BTF_ID_OR_NULL,
    PERCPU_BTF_ID,
    /// A callback function.
    FUNC,
    /// Stack memory or null, handed to a callback (`ARG_PTR_TO_STACK_OR_NULL`).
    STACK_OR_NULL,
    /// A frozen, read-only, zero-terminated string in a map.
    CONST_STR
}
