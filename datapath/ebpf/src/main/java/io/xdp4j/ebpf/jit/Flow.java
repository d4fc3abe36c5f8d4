package io.xdp4j.ebpf.jit;

import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;

/// Where an instruction lets control go.
final class Flow {
    /// No jump.
    static final int NONE = Integer.MIN_VALUE;

    private Flow() {}

    /// Slots the instruction takes.
    static int slots(Insn[] code, int at) {
        return code[at].isLoadImm64() ? 2 : 1;
    }

    static boolean isJumpClass(Insn insn) {
        return insn.opClass() == Opcode.JMP || insn.opClass() == Opcode.JMP32;
    }

    /// Slot that the instruction may jump to, in the program or not; [#NONE] without one.
    static int jumpTarget(Insn[] code, int at) {
        Insn insn = code[at];
        if (!isJumpClass(insn)) {
            return NONE;
        }
        int op = insn.opcode() & 0xf0;
        if (op == Opcode.CALL || op == Opcode.EXIT || op > Opcode.JCOND) {
            return NONE;
        }
        if (op == Opcode.JA && insn.opClass() == Opcode.JMP32) {
            return at + 1 + insn.imm();
        }
        return at + 1 + insn.off();
    }

    /// True when control may go on behind the instruction.
    static boolean runsOn(Insn[] code, int at) {
        Insn insn = code[at];
        if (isJumpClass(insn)) {
            int op = insn.opcode() & 0xf0;
            boolean ends = op == Opcode.EXIT || op == Opcode.JA || op > Opcode.JCOND;
            return !ends;
        }
        return insn.opcode() != 0 && !(insn.isLoadImm64() && at + 1 >= code.length);
    }
}
