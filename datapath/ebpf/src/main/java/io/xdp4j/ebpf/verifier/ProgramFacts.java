package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.map.BpfMap;
import org.jspecify.annotations.Nullable;

/// What is known about each instruction of a program; the JIT builds on it.
///
/// Kernel: `struct bpf_insn_aux_data`.
public interface ProgramFacts {
    /// What the base register of a load, store or atomic points to.
    enum Access {
        /// Never reached.
        UNREACHABLE,
        /// Real memory: packet, stack, map value.
        MEMORY,
        /// The program's context: the load becomes an accessor of [io.xdp4j.ebpf.vm.XdpMd].
        CONTEXT,
        /// A kernel object by BTF or socket type; loads answer through the runtime.
        OBJECT
    }

    /// For a load, store or atomic.
    Access access(int insn);

    /// True for a program that only a kernel can run: it reads through pointers that nobody vouches
    /// for, or in maps' own structures.
    default boolean readsKernelMemory() {
        return false;
    }

    /// False for code that no path reaches.
    boolean isReachable(int insn);

    /// The map in r1 of a helper call (r2 of a tail call or `redirect_map` likewise), when it is
    /// always the same one; else null.
    @Nullable BpfMap constantMap(int insn);

    /// The constant key in memory at r2 of a lookup in an array, or the constant index of a tail
    /// call; -1 when it is not always the same.
    long constantKey(int insn);
}
