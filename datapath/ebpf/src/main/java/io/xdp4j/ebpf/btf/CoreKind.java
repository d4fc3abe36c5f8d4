package io.xdp4j.ebpf.btf;

import org.jspecify.annotations.Nullable;

/// What a CO-RE relocation asks about the running kernel's types; ordinals are the format's.
///
/// Kernel: `enum bpf_core_relo_kind`, `include/uapi/linux/bpf.h`.
public enum CoreKind {
    FIELD_BYTE_OFFSET,
    FIELD_BYTE_SIZE,
    FIELD_EXISTS,
    FIELD_SIGNED,
    FIELD_LSHIFT_U64,
    FIELD_RSHIFT_U64,
    TYPE_ID_LOCAL,
    TYPE_ID_TARGET,
    TYPE_EXISTS,
    TYPE_SIZE,
    ENUMVAL_EXISTS,
    ENUMVAL_VALUE,
    TYPE_MATCHES;

    /// The kind with the format's number, or null.
    static @Nullable CoreKind of(int number) {
        return number >= 0 && number < values().length ? values()[number] : null;
    }

    boolean isOfField() {
        return ordinal() <= FIELD_RSHIFT_U64.ordinal();
    }

    boolean isOfEnumValue() {
        return this == ENUMVAL_EXISTS || this == ENUMVAL_VALUE;
    }
}
