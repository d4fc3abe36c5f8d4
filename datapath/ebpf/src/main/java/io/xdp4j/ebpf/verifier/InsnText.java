package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.asm.Disassembler;
import io.xdp4j.ebpf.asm.InsnNames;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Instructions in the log: opcode byte and text.
final class InsnText {
    private final Disassembler disassembler;

    /// @param kfuncs names by the number that stands in the code
    InsnText(Map<Integer, String> kfuncs) {
        disassembler = new Disassembler(new Names(kfuncs));
    }

    String of(Insn[] insns, int index) {
        Insn insn = insns[index];
        if (insn.isLoadImm64() && insn.src() == Opcode.PSEUDO_FUNC) {
            return "(18) r%d = 0x%x".formatted(insn.dst(), insn.imm());
        }
        boolean wide = insn.isLoadImm64() && index + 1 < insns.length;
        return disassembler.line(insn, wide ? insns[index + 1] : null);
    }

    /// The text alone.
    String plain(Insn[] insns, int index) {
        Insn insn = insns[index];
        boolean wide = insn.isLoadImm64() && index + 1 < insns.length;
        return disassembler.text(insn, wide ? insns[index + 1] : null);
    }

    private record Names(Map<Integer, String> kfuncs) implements InsnNames {
        @Override
        public @Nullable String helper(int id) {
            return HelperCheck.name(id);
        }

        @Override
        public @Nullable String kernelFunction(int number) {
            return kfuncs.get(number);
        }
    }
}
