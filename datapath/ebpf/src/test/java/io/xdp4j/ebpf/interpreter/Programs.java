package io.xdp4j.ebpf.interpreter;

import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.program.LinkedProgram;
import io.xdp4j.ebpf.program.ProgramType;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Programs for tests.
final class Programs {
    private Programs() {}

    static LinkedProgram linked(String name, List<Insn> insns) {
        return linked(name, insns, Map.of());
    }

    static LinkedProgram linked(String name, List<Insn> insns, Map<Integer, BpfMap> maps) {
        return new LinkedProgram(
                name, ProgramType.XDP, 0, insns, maps, "GPL", Set.of(), null, List.of(), List.of());
    }
}
