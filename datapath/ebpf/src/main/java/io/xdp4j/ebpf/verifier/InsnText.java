package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.isa.Insn;

/// An instruction in the log: its opcode byte and its text.
final class InsnText {
    private InsnText() {}

    static String of(Insn[] insns, int index) {
        Insn insn = insns[index];
        return String.format(
                java.util.Locale.ROOT,
                "(%02x) dst=%d src=%d off=%d imm=%d",
                insn.opcode(),
                insn.dst(),
                insn.src(),
                insn.off(),
                insn.imm());
    }
}
