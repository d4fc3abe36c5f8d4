package io.xdp4j.ebpf.asm;

/// A register; [#ordinal] is its number. R10 is the frame pointer.
public enum Register {
    R0,
    R1,
    R2,
    R3,
    R4,
    R5,
    R6,
    R7,
    R8,
    R9,
    R10
}
