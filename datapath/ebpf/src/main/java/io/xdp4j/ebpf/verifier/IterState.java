package io.xdp4j.ebpf.verifier;

/// Where an open-coded iterator stands.
///
/// Kernel: `enum bpf_iter_state`.
enum IterState {
    INVALID,
    ACTIVE,
    DRAINED;

    String text() {
        return this == INVALID ? "<invalid>" : name().toLowerCase(java.util.Locale.ROOT);
    }
}
