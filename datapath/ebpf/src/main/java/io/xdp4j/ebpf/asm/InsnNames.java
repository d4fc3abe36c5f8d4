package io.xdp4j.ebpf.asm;

import org.jspecify.annotations.Nullable;

/// Names that stand in instructions for numbers; each method answers null for an unknown number.
///
/// Thread: as the implementation says; [#NONE] any.
public interface InsnNames {
    /// Knows no name.
    InsnNames NONE = new InsnNames() {};

    /// A helper's name, with `bpf_`.
    default @Nullable String helper(int id) {
        return null;
    }

    /// The number of the helper with that name, or -1.
    default int helperId(String name) {
        return -1;
    }

    /// A kernel function's name.
    default @Nullable String kernelFunction(int number) {
        return null;
    }

    /// What stands for a map, in place of `map[fd:5]`: `map[id:12]`.
    default @Nullable String map(int fd) {
        return null;
    }
}
