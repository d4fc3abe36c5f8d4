package io.xdp4j.ebpf.elf;

import io.xdp4j.ebpf.program.ProgramSpec;
import io.xdp4j.ebpf.program.RunConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Finds the programs among the functions of an object.
///
/// Kernel: `bpf_object__add_programs`, `prog_is_subprog` of libbpf.
final class ProgramReader {
    private final ObjectParts parts;
    private final Map<Integer, CodeSection> code = new LinkedHashMap<>();

    private ProgramReader(ObjectParts parts) {
        this.parts = parts;
        for (ElfSection section : parts.image().sections()) {
            if (section.isCode()) {
                code.put(section.index(), new CodeSection(parts.image(), section));
            }
        }
    }

    static List<ProgramSpec> read(
            ObjectParts parts, MapCatalog maps, @Nullable KconfigMap kconfig) {
        ProgramReader reader = new ProgramReader(parts);
        new CodeRelocations(parts, reader.code, maps, kconfig).resolve();
        return reader.programs();
    }

    private List<ProgramSpec> programs() {
        Map<String, RunConfig> runConfigs = RunConfigs.read(parts);
        CodeLayout layout = new CodeLayout(parts, code);
        List<ProgramSpec> programs = new ArrayList<>();
        for (CodeSection section : code.values()) {
            for (CodeFunction function : entryPoints(section)) {
                programs.add(
                        layout.program(
                                section,
                                function,
                                runConfigs.getOrDefault(function.name(), RunConfig.DEFAULT)));
            }
        }
        return programs;
    }

    /// Functions of `.text` are subprograms, unless the object has but one function in all; local
    /// functions elsewhere are subprograms, unless their section has no other.
    private List<CodeFunction> entryPoints(CodeSection section) {
        List<CodeFunction> functions = section.functions();
        if (section.isText()) {
            return code.size() == 1 && functions.size() == 1 ? functions : List.of();
        }
        List<CodeFunction> seen = functions.stream().filter(f -> !f.local()).toList();
        return seen.isEmpty() ? functions : seen;
    }
}
