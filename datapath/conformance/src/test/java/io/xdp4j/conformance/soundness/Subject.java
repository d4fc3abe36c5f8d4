package io.xdp4j.conformance.soundness;

import io.xdp4j.ebpf.btf.BtfSpec;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.map.MapSpec;
import io.xdp4j.ebpf.program.LinkedProgram;
import io.xdp4j.ebpf.program.ProgramType;
import io.xdp4j.testkit.ebpf.GeneratedProgram;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A program under test, and the maps that have to be made for it.
///
/// @param name what tells it from others: a seed, an object's program
record Subject(
        String name,
        List<Insn> insns,
        Map<Integer, MapSpec> maps,
        @Nullable BtfSpec btf,
        List<LinkedProgram.FuncInfo> functions,
        Map<Integer, String> kfuncs) {

    static Subject of(GeneratedProgram program) {
        return new Subject(
                "seed " + program.seed(),
                program.insns(),
                program.maps(),
                BtfSpec.parse(GeneratedProgram.btf(), "generated"),
                program.funcInfo(),
                Map.of());
    }

    /// A real program; its maps keep their descriptors.
    static Subject of(LinkedProgram program) {
        Map<Integer, MapSpec> specs = new TreeMap<>();
        program.maps().forEach((fd, map) -> specs.put(fd, map.spec()));
        return new Subject(
                program.name(),
                program.insns(),
                specs,
                program.btf(),
                program.funcInfo(),
                program.kfuncs());
    }

    Subject withInsns(List<Insn> changed, String how) {
        return new Subject(name + how, changed, maps, btf, functions, kfuncs);
    }

    LinkedProgram linked(Map<Integer, BpfMap> live) {
        return new LinkedProgram(
                "subject",
                ProgramType.XDP,
                0,
                insns,
                live,
                "GPL",
                java.util.Set.of(),
                btf,
                functions,
                List.of(),
                kfuncs);
    }

    /// The instructions as a batch request spells them.
    String hex() {
        return insns.stream()
                .map(insn -> "%016x".formatted(Long.reverseBytes(insn.encode())))
                .collect(Collectors.joining());
    }
}
