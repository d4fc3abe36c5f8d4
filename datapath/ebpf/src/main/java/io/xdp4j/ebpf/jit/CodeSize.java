package io.xdp4j.ebpf.jit;

import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;

/// Estimates how many bytes of bytecode instructions become; errs on the high side.
final class CodeSize {
    private static final int CHECK_BYTES = 8;

    private CodeSize() {}

    static int of(Insn[] insns, Block block, boolean isChecked) {
        int bytes = 4;
        for (int at = block.start(); at <= block.last(); at += Flow.slots(insns, at)) {
            bytes += of(insns[at]) + (isChecked ? CHECK_BYTES : 0);
        }
        return bytes;
    }

    private static int of(Insn insn) {
        return switch (insn.opClass()) {
            case Opcode.ALU64 -> 10;
            case Opcode.ALU -> 16;
            case Opcode.LD -> 5;
            case Opcode.LDX, Opcode.ST, Opcode.STX -> 18;
            default -> jump(insn.opcode() & 0xf0);
        };
    }

    private static int jump(int op) {
        return switch (op) {
            case Opcode.CALL -> 48;
            case Opcode.EXIT, Opcode.JA -> 4;
            default -> 14;
        };
    }
}
