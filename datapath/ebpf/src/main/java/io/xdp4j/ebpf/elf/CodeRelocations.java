package io.xdp4j.ebpf.elf;

import io.xdp4j.ebpf.UnsupportedException;
import io.xdp4j.ebpf.btf.BtfSpec;
import io.xdp4j.ebpf.btf.BtfType;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import io.xdp4j.ebpf.program.MapDefinition.Variable;
import io.xdp4j.ebpf.program.Reference;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Finds out what each relocation of the code means.
///
/// Kernel: `bpf_program__record_reloc` of libbpf.
final class CodeRelocations {
    private static final int CALL = Opcode.JMP | Opcode.CALL;

    private final ObjectParts parts;
    private final Map<Integer, CodeSection> code;
    private final MapCatalog maps;
    private final @Nullable KconfigMap kconfig;
    private final Set<String> kernelSymbols = new HashSet<>();

    /// @param code by section index
    CodeRelocations(
            ObjectParts parts,
            Map<Integer, CodeSection> code,
            MapCatalog maps,
            @Nullable KconfigMap kconfig) {
        this.parts = parts;
        this.code = code;
        this.maps = maps;
        this.kconfig = kconfig;
        BtfSpec btf = parts.btf();
        if (btf != null
                && btf.type(parts.dataSectionId(".ksyms")) instanceof BtfType.DataSection ksyms) {
            ksyms.vars().forEach(entry -> kernelSymbols.add(btf.type(entry.typeId()).name()));
        }
    }

    void resolve() {
        for (CodeSection section : code.values()) {
            for (ElfRelocation relocation : parts.image().relocationsOf(section.section())) {
                resolve(section, relocation);
            }
        }
    }

    private void resolve(CodeSection section, ElfRelocation relocation) {
        if (relocation.offset() % Insn.BYTES != 0) {
            throw malformed(section, relocation, "patches the middle of an instruction");
        }
        int slot = (int) (relocation.offset() / Insn.BYTES);
        Insn insn = section.insn(slot);
        boolean known =
                relocation.type() == ElfRelocation.R_BPF_64_64
                        || relocation.type() == ElfRelocation.R_BPF_64_32;
        if (!known) {
            throw new UnsupportedException(
                    "%s: section %s: insn %d: relocation of type %d (expected: R_BPF_64_64 1 or R_BPF_64_32 10)"
                            .formatted(
                                    parts.image().file(), section.name(), slot, relocation.type()));
        }
        if (insn.opcode() == CALL) {
            section.target(slot, call(section, relocation, insn));
        } else if (insn.isLoadImm64() && slot + 1 < section.slots()) {
            section.target(slot, load(section, relocation, insn));
        } else {
            throw malformed(
                    section,
                    relocation,
                    "patches opcode 0x%02x, neither a call nor a 64-bit load"
                            .formatted(insn.opcode()));
        }
    }

    private CodeTarget call(CodeSection section, ElfRelocation relocation, Insn insn) {
        ElfSymbol symbol = relocation.symbol();
        if (symbol.isUndefined()) {
            return new CodeTarget.External(
                    kernelSymbols.contains(symbol.name())
                            ? new Reference.ToKernelFunction(0, symbol.name(), symbol.isWeak())
                            : unresolved(symbol));
        }
        // Calls of global functions have imm -1, those of static ones count slots from the section.
        return local(section, relocation, symbol.value() / Insn.BYTES + insn.imm() + 1);
    }

    private CodeTarget load(CodeSection section, ElfRelocation relocation, Insn insn) {
        ElfSymbol symbol = relocation.symbol();
        if (symbol.isUndefined()) {
            return new CodeTarget.External(extern(symbol));
        }
        // The compiler names static things by their section, with the way into it in imm.
        long offset = symbol.value() + insn.imm();
        if (code.containsKey(symbol.section())) {
            if (offset % Insn.BYTES != 0) {
                throw malformed(section, relocation, "points into the middle of an instruction");
            }
            return local(section, relocation, offset / Insn.BYTES);
        }
        String map = maps.at(symbol.section(), offset);
        if (map != null) {
            return new CodeTarget.External(new Reference.ToMap(0, map));
        }
        String data = maps.holding(symbol.section());
        if (data != null) {
            return new CodeTarget.External(new Reference.ToMapValue(0, data, (int) offset));
        }
        return new CodeTarget.External(
                new Reference.Unresolved(
                        0,
                        symbol.label(),
                        "lies in section %s, which holds neither maps nor data"
                                .formatted(sectionName(symbol))));
    }

    private String sectionName(ElfSymbol symbol) {
        return symbol.section() < parts.image().sections().size()
                ? parts.image().sections().get(symbol.section()).name()
                : String.valueOf(symbol.section());
    }

    private Reference extern(ElfSymbol symbol) {
        Variable variable = kconfig == null ? null : kconfig.variable(symbol.name());
        if (kconfig != null && variable != null) {
            return new Reference.ToMapValue(0, kconfig.mapName(), variable.offset());
        }
        if (kernelSymbols.contains(symbol.name())) {
            BtfSpec btf = parts.btf();
            boolean function = btf != null && btf.idOf(BtfType.Func.class, symbol.name()) != 0;
            return new Reference.ToKernelSymbol(0, symbol.name(), function, symbol.isWeak());
        }
        return unresolved(symbol);
    }

    private static Reference unresolved(ElfSymbol symbol) {
        return new Reference.Unresolved(
                0,
                symbol.label(),
                "unresolved symbol: the object neither defines it nor declares it __ksym or __kconfig");
    }

    private CodeTarget local(CodeSection section, ElfRelocation relocation, long slot) {
        ElfSymbol symbol = relocation.symbol();
        CodeSection target = code.get(symbol.section());
        CodeFunction function = target == null ? null : target.functionAt(slot);
        if (function == null) {
            throw malformed(
                    section,
                    relocation,
                    "refers to %s at slot %d, where no function begins"
                            .formatted(symbol.label(), slot));
        }
        return new CodeTarget.Local(function);
    }

    private RuntimeException malformed(CodeSection section, ElfRelocation relocation, String what) {
        return parts.image()
                .malformed(section.section(), (int) relocation.offset(), "relocation " + what);
    }
}
