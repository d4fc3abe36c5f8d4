package io.xdp4j.testkit.ebpf;

/// Functions beside the main one.
enum FunctionKind {
    /// `static int(struct xdp_md *, int, int)`
    STATIC,
    /// The same, verified alone.
    GLOBAL,
    /// Called by `bpf_loop`: index and a pointer to the caller's stack.
    LOOP_CALLBACK,
    /// Called by `bpf_for_each_map_elem`: map, key, value, pointer to the caller's stack.
    ELEMENT_CALLBACK
}
