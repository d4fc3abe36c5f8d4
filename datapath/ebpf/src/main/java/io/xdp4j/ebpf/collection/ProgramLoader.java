package io.xdp4j.ebpf.collection;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.UnsupportedException;
import io.xdp4j.ebpf.helper.KfuncProto;
import io.xdp4j.ebpf.helper.KfuncTable;
import io.xdp4j.ebpf.interpreter.Interpreter;
import io.xdp4j.ebpf.isa.InsnValidator;
import io.xdp4j.ebpf.jit.CompiledProgram;
import io.xdp4j.ebpf.jit.JitCompiler;
import io.xdp4j.ebpf.jit.JitOptions;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.map.MapEnvironment;
import io.xdp4j.ebpf.map.MapFactory;
import io.xdp4j.ebpf.map.MapSpec;
import io.xdp4j.ebpf.map.RedirectMap;
import io.xdp4j.ebpf.program.LinkedProgram;
import io.xdp4j.ebpf.testrun.TestTargets;
import io.xdp4j.ebpf.vm.BpfRuntime;
import io.xdp4j.ebpf.vm.Executable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Makes maps, and turns linked programs into running ones: verified, then interpreted or compiled.
///
/// Thread: one at a time.
final class ProgramLoader implements MapEnvironment {
    private final BpfRuntime runtime;
    private final LoadOptions options;
    private final Map<Integer, LinkedProgram> programs = new HashMap<>();

    ProgramLoader(BpfRuntime runtime, LoadOptions options) {
        this.runtime = runtime;
        this.options = options;
    }

    /// Kfuncs that this engine has.
    static Set<String> kernelFunctions() {
        return KfuncTable.all().stream().map(KfuncProto::name).collect(Collectors.toSet());
    }

    // ---- maps

    BpfMap newMap(MapSpec spec) {
        return MapFactory.create(spec, runtime.nextMapId(), runtime.cpus(), this);
    }

    @Override
    public @Nullable BpfMap map(int fd) {
        return runtime.mapById(fd);
    }

    @Override
    public int programId(BpfMap array, int fd) {
        return runtime.program(fd) == null ? -Errno.EBADF : fd;
    }

    @Override
    public RedirectMap.@Nullable Backend backend(MapSpec spec, int id) {
        Backends given = options.backends();
        return given == null
                ? new TestTargets(spec.type(), runtime, this::attachType)
                : given.open(spec, id);
    }

    @Override
    public void release(BpfMap map, MapSpec.SpecialField kind, long field) {
        if (kind.kind().equals("bpf_timer")) {
            runtime.timers().release(field);
        }
    }

    private int attachType(int programId) {
        LinkedProgram program = programs.get(programId);
        return program == null ? -1 : program.expectedAttachType();
    }

    // ---- programs

    BpfProgram load(LinkedProgram program, Collection owner) {
        Verification verification = verify(program);
        if (!verification.accepted()) {
            throw new RejectedProgramException(program.name(), verification);
        }
        int id = runtime.nextProgramId();
        BpfProgram live = live(program, id, verification, owner);
        runtime.registerProgram(id, live.main());
        programs.put(id, program);
        return live;
    }

    /// Until the verifier is there, what decodes is accepted, and runs on checked memory.
    private Verification verify(LinkedProgram program) {
        List<String> problems =
                options.verify()
                        ? InsnValidator.problems(program.insns())
                        : InsnValidator.problemsWithCallx(program.insns());
        int processed = program.insns().size();
        List<String> log = new ArrayList<>(problems);
        log.add("processed " + processed + " insns (not verified: checked memory)");
        return new Verification(
                problems.isEmpty(), problems.isEmpty() ? 0 : Errno.EINVAL, log, processed);
    }

    private BpfProgram live(
            LinkedProgram program, int id, Verification verification, Collection owner) {
        if (options.engine() != Engine.JIT) {
            return interpreted(program, id, verification, owner);
        }
        try {
            CompiledProgram compiled = JitCompiler.compile(program, JitOptions.checked(id));
            runtime.registerFunctions(id, compiled.functionsByInsn());
            return new BpfProgram(program, id, verification, Engine.JIT, compiled.main(), owner);
        } catch (UnsupportedException e) {
            if (!options.allowFallback()) {
                throw e;
            }
            return interpreted(program, id, verification, owner);
        }
    }

    private BpfProgram interpreted(
            LinkedProgram program, int id, Verification verification, Collection owner) {
        Interpreter interpreter = Interpreter.load(program, id);
        runtime.registerFunctions(id, interpreter.functionsByInsn());
        Executable main = interpreter.main();
        return new BpfProgram(program, id, verification, Engine.INTERP, main, owner);
    }
}
