package io.xdp4j.ebpf.verifier;

/// What a dynptr is a view of.
///
/// Kernel: `enum bpf_dynptr_type`.
enum DynptrType {
    INVALID,
    LOCAL,
    RINGBUF,
    SKB,
    XDP;

    String text() {
        return this == INVALID ? "<invalid>" : name().toLowerCase(java.util.Locale.ROOT);
    }
}
