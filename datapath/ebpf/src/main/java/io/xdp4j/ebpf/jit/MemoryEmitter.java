package io.xdp4j.ebpf.jit;

import io.xdp4j.ebpf.isa.Insn;

/// Writes loads, stores and atomics, in one of the two modes.
///
/// Each method gives false when there is no such instruction.
interface MemoryEmitter {
    boolean load(int at, Insn insn);

    boolean store(int at, Insn insn);
}
