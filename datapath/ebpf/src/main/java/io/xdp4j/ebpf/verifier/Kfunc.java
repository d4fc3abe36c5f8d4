package io.xdp4j.ebpf.verifier;

/// A kernel function that programs call by name.
///
/// Kernel: `BTF_KFUNCS_START` sets.
///
/// @param argCount parameters it takes
record Kfunc(String name, int argCount) {
    boolean isIteratorNext() {
        return name.startsWith("bpf_iter_") && name.endsWith("_next");
    }
}
