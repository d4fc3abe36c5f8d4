package io.xdp4j.ebpf.jit;

import io.xdp4j.ebpf.isa.Opcode;
import org.jspecify.annotations.Nullable;

/// Which method of [io.xdp4j.ebpf.memory.RawAtomics] does an atomic operation.
final class AtomicNames {
    private AtomicNames() {}

    /// The name without the size, or null when there is no such operation.
    static @Nullable String of(int op) {
        return switch (op) {
            case Opcode.ADD, Opcode.ADD | Opcode.FETCH -> "add";
            case Opcode.OR, Opcode.OR | Opcode.FETCH -> "or";
            case Opcode.AND, Opcode.AND | Opcode.FETCH -> "and";
            case Opcode.XOR, Opcode.XOR | Opcode.FETCH -> "xor";
            case Opcode.XCHG -> "exchange";
            case Opcode.CMPXCHG -> "compareExchange";
            default -> null;
        };
    }
}
