package io.xdp4j.ebpf.program;

import io.xdp4j.ebpf.LinkException;
import io.xdp4j.ebpf.btf.CoreAnswer;
import io.xdp4j.ebpf.btf.CoreRelocation;
import io.xdp4j.ebpf.btf.CoreResolver;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;

/// Writes the answers of CO-RE relocations into the code.
///
/// Thread: its caller's.
/// Fails: [LinkException] naming program, instruction and relocation.
/// Kernel: `bpf_core_patch_insn` of libbpf.
final class CorePatcher {
    /// Helper number that no kernel has; libbpf writes it where a relocation found nothing, so
    /// that the program is refused when it gets there.
    static final int POISON = 0xbad2310;

    private static final Insn POISONED = new Insn(Opcode.JMP | Opcode.CALL, 0, 0, 0, POISON);

    private final String where;
    private final CoreResolver resolver;
    private final Insn[] insns;

    /// @param insns the program's slots, to be changed
    CorePatcher(String where, CoreResolver resolver, Insn[] insns) {
        this.where = where;
        this.resolver = resolver;
        this.insns = insns;
    }

    void patch(CoreRelocation relocation) {
        int slot = relocation.insn();
        CoreAnswer answer = resolver.resolve(relocation);
        if (answer.missing()) {
            poison(slot);
            return;
        }
        Insn insn = insns[slot];
        switch (insn.opClass()) {
            case Opcode.ALU, Opcode.ALU64 -> patchImmediate(relocation, answer, insn);
            case Opcode.LDX, Opcode.ST, Opcode.STX -> patchOffset(relocation, answer, insn);
            case Opcode.LD -> patchLoadImm64(relocation, answer, insn);
            default -> throw unexpected(relocation, insn);
        }
    }

    private void poison(int slot) {
        boolean wide = insns[slot].isLoadImm64() && slot + 1 < insns.length;
        insns[slot] = POISONED;
        if (wide) {
            insns[slot + 1] = POISONED;
        }
    }

    private void patchImmediate(CoreRelocation relocation, CoreAnswer answer, Insn insn) {
        if ((insn.opcode() & Opcode.X) != 0) {
            throw unexpected(relocation, insn);
        }
        require(relocation, answer, insn.imm());
        insns[relocation.insn()] = insn.withImm((int) answer.value());
    }

    private void patchOffset(CoreRelocation relocation, CoreAnswer answer, Insn insn) {
        require(relocation, answer, insn.off());
        if (answer.value() > Short.MAX_VALUE) {
            throw malformed(
                    relocation, "offset %d does not fit in 16 bits".formatted(answer.value()));
        }
        if (!answer.resizable()) {
            poison(relocation.insn());
            return;
        }
        Insn patched = insn.withOff((int) answer.value());
        boolean resize = answer.originalSize() != answer.size() && answer.size() != 0;
        insns[relocation.insn()] = resize ? resized(relocation, answer, patched) : patched;
    }

    private Insn resized(CoreRelocation relocation, CoreAnswer answer, Insn insn) {
        int code =
                switch (answer.size()) {
                    case 1 -> Opcode.B;
                    case 2 -> Opcode.H;
                    case 4 -> Opcode.W;
                    case 8 -> Opcode.DW;
                    default ->
                            throw malformed(
                                    relocation,
                                    "field of %d bytes cannot be loaded at once"
                                            .formatted(answer.size()));
                };
        return new Insn(
                (insn.opcode() & ~Opcode.DW) | code,
                insn.dst(),
                insn.src(),
                insn.off(),
                insn.imm());
    }

    private void patchLoadImm64(CoreRelocation relocation, CoreAnswer answer, Insn insn) {
        int slot = relocation.insn();
        if (!insn.isLoadImm64() || slot + 1 >= insns.length) {
            throw unexpected(relocation, insn);
        }
        require(relocation, answer, insn.imm64(insns[slot + 1]));
        insns[slot] = insn.withImm((int) answer.value());
        insns[slot + 1] = insns[slot + 1].withImm((int) (answer.value() >>> 32));
    }

    private void require(CoreRelocation relocation, CoreAnswer answer, long found) {
        if (answer.checked() && (int) answer.original() != (int) found) {
            throw malformed(
                    relocation,
                    "instruction has %d (expected: %d)".formatted(found, answer.original()));
        }
    }

    private LinkException unexpected(CoreRelocation relocation, Insn insn) {
        return malformed(
                relocation, "opcode 0x%02x has no place for its answer".formatted(insn.opcode()));
    }

    private LinkException malformed(CoreRelocation relocation, String what) {
        return new LinkException(
                "%s: insn %d: CO-RE %s of %s: %s"
                        .formatted(
                                where,
                                relocation.insn(),
                                relocation.kind(),
                                relocation.access(),
                                what));
    }
}
