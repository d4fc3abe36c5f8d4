package io.xdp4j.ebpf.jit;

/// Instructions that run one behind the other.
///
/// @param start first slot
/// @param last slot of the last instruction
/// @param jump block the last instruction jumps to, or [#NONE]
/// @param next block behind this one, where the last instruction lets it run on, or [#NONE]
record Block(int start, int last, int jump, int next) {
    static final int NONE = -1;

    /// A successor outside of the program: running into it is a trap.
    static final int OUTSIDE = -2;
}
