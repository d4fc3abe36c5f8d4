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
            case Opcode.ALU64 -> isDivision(insn) ? 12 : 9;
            case Opcode.ALU -> 14;
            case Opcode.LD -> 5;
            case Opcode.LDX, Opcode.ST, Opcode.STX -> 17;
            default -> jump(insn);
        };
    }

    private static boolean isDivision(Insn insn) {
        int op = insn.opcode() & 0xf0;
        return op == Opcode.DIV || op == Opcode.MOD;
    }

    private static int jump(Insn insn) {
        return switch (insn.opcode() & 0xf0) {
            case Opcode.CALL -> insn.imm() == HelperIds.MAP_LOOKUP ? 60 : 36;
            case Opcode.EXIT, Opcode.JA -> 4;
            default -> 12;
        };
    }
}
