package io.xdp4j.ebpf.collection;

/// What runs a program.
public enum Engine {
    /// The compiler for programs that the verifier accepts.
    AUTO,
    /// The interpreter, which checks every access to memory.
    INTERP,
    /// The compiler: raw memory for verified programs, checked memory for others.
    JIT
}
