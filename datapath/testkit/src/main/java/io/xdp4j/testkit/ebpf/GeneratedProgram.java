package io.xdp4j.testkit.ebpf;

import io.xdp4j.ebpf.btf.BtfSpec;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.map.MapSpec;
import io.xdp4j.ebpf.program.LinkedProgram;
import io.xdp4j.ebpf.program.ProgramType;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A program that nobody wrote: instructions, the maps they name, and the types that callbacks
/// and global functions need.
///
/// @param seed what [ProgramGenerator#generate] made it from
/// @param type of the program
/// @param insns map loads carry a key of `maps` in `imm`
/// @param maps to be made before the load
/// @param funcInfo an entry for each function, ascending; empty when there is only one
public record GeneratedProgram(
        long seed,
        ProgramType type,
        List<Insn> insns,
        Map<Integer, MapSpec> maps,
        List<LinkedProgram.FuncInfo> funcInfo) {

    public GeneratedProgram {
        insns = List.copyOf(insns);
        maps = Map.copyOf(maps);
        funcInfo = List.copyOf(funcInfo);
    }

    /// `.BTF` bytes: what function information and the maps' types refer to, the same for all.
    public static byte[] btf() {
        return Types.bytes();
    }

    public GeneratedProgram withInsns(List<Insn> changed) {
        return new GeneratedProgram(seed, type, changed, maps, funcInfo);
    }

    /// The program as the verifier takes it.
    ///
    /// @param live a map for each of [#maps]
    public LinkedProgram linked(Map<Integer, BpfMap> live) {
        return new LinkedProgram(
                "generated",
                type,
                0,
                insns,
                live,
                "GPL",
                Set.of(),
                BtfSpec.parse(btf(), "generated"),
                funcInfo,
                List.of(),
                Map.of());
    }
}
