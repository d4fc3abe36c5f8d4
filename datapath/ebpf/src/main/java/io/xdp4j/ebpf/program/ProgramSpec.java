package io.xdp4j.ebpf.program;

import io.xdp4j.ebpf.btf.CoreRelocation;
import io.xdp4j.ebpf.isa.Insn;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A program of an object, before its maps exist.
///
/// All subprograms it reaches stand behind it and calls between them are resolved; [#references()]
/// and [#relocations()] are what [ProgramLinker] does. Immutable.
///
/// Kernel: `struct bpf_program` of libbpf.
///
/// @param name of its function, or of its section where that has no symbol
/// @param section as the object spells it, without the `?` that asks for loading on demand
/// @param type what the section's name says, null when it says nothing
/// @param expectedAttachType kernel's number, 0 for none
/// @param functions the main function and the subprograms, by first slot, ascending
/// @param runConfig libxdp's metadata, [RunConfig#DEFAULT] when there is none
public record ProgramSpec(
        String name,
        String section,
        @Nullable ProgramType type,
        int expectedAttachType,
        Set<LinkedProgram.Flag> flags,
        List<Insn> insns,
        List<Function> functions,
        List<Reference> references,
        List<CoreRelocation> relocations,
        List<LinkedProgram.FuncInfo> funcInfo,
        List<LinkedProgram.LineInfo> lineInfo,
        RunConfig runConfig) {
    /// A function's name and first slot.
    public record Function(String name, int insn) {}

    public ProgramSpec {
        flags = Set.copyOf(flags);
        insns = List.copyOf(insns);
        functions = List.copyOf(functions);
        references = List.copyOf(references);
        relocations = List.copyOf(relocations);
        funcInfo = List.copyOf(funcInfo);
        lineInfo = List.copyOf(lineInfo);
    }

    /// True when it is an XDP program of any attach type.
    public boolean isXdp() {
        return type == ProgramType.XDP;
    }

    /// The same program loaded as another type, as `--type` asks; the attach type stays when the
    /// type does.
    public ProgramSpec withType(ProgramType to) {
        int attach =
                type == to
                        ? expectedAttachType
                        : to == ProgramType.XDP ? LinkedProgram.ATTACH_XDP : 0;
        return with(to, attach);
    }

    /// The same program for another hook of its type: `BPF_XDP_DEVMAP`, `BPF_XDP_CPUMAP`.
    public ProgramSpec withExpectedAttachType(int to) {
        return with(type, to);
    }

    private ProgramSpec with(@Nullable ProgramType newType, int attach) {
        return new ProgramSpec(
                name,
                section,
                newType,
                attach,
                flags,
                insns,
                functions,
                references,
                relocations,
                funcInfo,
                lineInfo,
                runConfig);
    }
}
