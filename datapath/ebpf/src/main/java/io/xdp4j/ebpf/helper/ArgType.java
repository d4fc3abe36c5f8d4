package io.xdp4j.ebpf.helper;

/// What the verifier demands of an argument.
///
/// Kernel: `enum bpf_arg_type` with its `enum bpf_type_flag`.
public enum ArgType {
    /// Any initialised value (`ARG_ANYTHING`).
    ANYTHING,
    /// A number, no pointer.
    SCALAR,
    CONST_MAP_PTR,
    /// Readable memory of the map's key size.
    MAP_KEY(Flag.READS),
    /// Readable memory of the map's value size.
    MAP_VALUE(Flag.READS),
    /// Writable memory of the map's value size, left initialised.
    UNINIT_MAP_VALUE(Flag.WRITES),
    MAP_VALUE_OR_NULL(Flag.READS, Flag.NULLABLE),
    CTX,
    CTX_OR_NULL(Flag.NULLABLE),
    /// Readable memory, read-only memory too; the next argument is its size.
    MEM(Flag.READS, Flag.SIZED),
    MEM_OR_NULL(Flag.READS, Flag.SIZED, Flag.NULLABLE),
    /// Memory that the helper writes; the next argument is its size.
    UNINIT_MEM(Flag.WRITES, Flag.SIZED),
    /// Memory the helper reads and writes; the next argument is its size.
    WRITABLE_MEM(Flag.READS, Flag.WRITES, Flag.SIZED),
    WRITABLE_MEM_OR_NULL(Flag.READS, Flag.WRITES, Flag.SIZED, Flag.NULLABLE),
    /// Readable memory of the fixed size that [HelperProto#fixedSize] gives.
    FIXED_MEM(Flag.READS),
    /// Eight bytes at an 8-byte boundary that the helper writes.
    LONG_PTR(Flag.WRITES),
    /// Four bytes at a 4-byte boundary that the helper reads and writes.
    INT_PTR(Flag.READS, Flag.WRITES),
    /// Size of the memory argument before it; 0 is refused.
    CONST_SIZE,
    CONST_SIZE_OR_ZERO,
    /// A constant size that the memory returned has, as for `bpf_ringbuf_reserve`.
    CONST_ALLOC_SIZE_OR_ZERO,
    /// A ring buffer record, given back (`ARG_PTR_TO_RINGBUF_MEM | OBJ_RELEASE`).
    RINGBUF_MEM(Flag.RELEASES),
    SPIN_LOCK,
    TIMER,
    /// An initialised dynptr of any kind; the helper leaves the dynptr itself alone.
    DYNPTR,
    /// Room for a dynptr that the helper makes.
    DYNPTR_UNINIT(Flag.WRITES),
    /// Room for a dynptr to a ring buffer record that the helper reserves.
    DYNPTR_RINGBUF_UNINIT(Flag.WRITES),
    /// A dynptr to a ring buffer record, given back.
    DYNPTR_RINGBUF(Flag.RELEASES),
    /// A field of a map value or object that holds a kptr (`ARG_KPTR_XCHG_DEST`).
    KPTR,
    /// A referenced object or null, given away (`ARG_PTR_TO_BTF_ID_OR_NULL | OBJ_RELEASE`).
    KPTR_RELEASED(Flag.RELEASES, Flag.NULLABLE),
    /// A socket by its common part, as programs see it (`ARG_PTR_TO_SOCK_COMMON`).
    SOCK_COMMON,
    /// A socket of any kind, kernel types included (`ARG_PTR_TO_BTF_ID_SOCK_COMMON`).
    BTF_SOCK_COMMON,
    BTF_SOCK_COMMON_OR_NULL(Flag.NULLABLE),
    /// The same, given back.
    BTF_SOCK_RELEASED(Flag.RELEASES),
    /// A kernel object of the type that [HelperProto#btfType] names.
    BTF_ID,
    BTF_ID_OR_NULL(Flag.NULLABLE),
    PERCPU_BTF_ID,
    /// A callback function.
    FUNC,
    /// Stack memory or null, handed to a callback (`ARG_PTR_TO_STACK_OR_NULL`).
    STACK_OR_NULL(Flag.NULLABLE),
    /// A frozen, read-only, zero-terminated string in a map.
    CONST_STR;

    private enum Flag {
        READS,
        WRITES,
        SIZED,
        NULLABLE,
        RELEASES
    }

    private final int flags;

    ArgType(Flag... flags) {
        int bits = 0;
        for (Flag flag : flags) {
            bits |= 1 << flag.ordinal();
        }
        this.flags = bits;
    }

    private boolean has(Flag flag) {
        return (flags & 1 << flag.ordinal()) != 0;
    }

    /// True when null is accepted.
    public boolean isNullable() {
        return has(Flag.NULLABLE);
    }

    /// True for memory that the helper reads, hence must be initialised.
    public boolean isRead() {
        return has(Flag.READS);
    }

    /// True for memory that the helper writes.
    public boolean isWritten() {
        return has(Flag.WRITES);
    }

    /// True for memory that need not be initialised (`MEM_UNINIT`).
    public boolean isUninit() {
        return isWritten() && !isRead();
    }

    /// True when the argument behind it is its size.
    public boolean isSized() {
        return has(Flag.SIZED);
    }

    /// True when the call takes the reference away (`OBJ_RELEASE`).
    public boolean isReleased() {
        return has(Flag.RELEASES);
    }

    /// True when it is the size of the argument before it.
    public boolean isSize() {
        return this == CONST_SIZE || this == CONST_SIZE_OR_ZERO;
    }
}
