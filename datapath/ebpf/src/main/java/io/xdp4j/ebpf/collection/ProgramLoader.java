package io.xdp4j.ebpf.collection;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.MapException;
import io.xdp4j.ebpf.UnsupportedException;
import io.xdp4j.ebpf.helper.KfuncProto;
import io.xdp4j.ebpf.helper.KfuncTable;
import io.xdp4j.ebpf.interpreter.Interpreter;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.InsnValidator;
import io.xdp4j.ebpf.isa.Opcode;
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
import io.xdp4j.ebpf.verifier.Verifier;
import io.xdp4j.ebpf.verifier.VerifierOptions;
import io.xdp4j.ebpf.verifier.VerifierResult;
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
    /// A jump to itself, as the kernel puts it in place of dead code.
    private static final Insn NEVER_RUN = new Insn(Opcode.JMP | Opcode.JA, 0, 0, -1, 0);

    /// Last instructions followed that a log of level 1 covers.
    private static final int LONGEST_TOLD = 200_000;

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
        if (!options.privilege().mayCreate(spec.type())) {
            throw new MapException(
                    Errno.EPERM,
                    "map "
                            + spec.name()
                            + ": type "
                            + spec.type().text()
                            + " needs CAP_BPF (of the network's maps, CAP_NET_ADMIN)");
        }
        return MapFactory.create(spec, runtime.nextMapId(), runtime.cpus(), this);
    }

    @Override
    public boolean keepsUnbacked() {
        return options.keepUnrunnable();
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
        if (!options.verify()) {
            return running(program, program, decoded(program), owner);
        }
        VerifierResult result = verified(program);
        Verification verification =
                new Verification(
                        result.accepted(),
                        result.errno(),
                        result.log(),
                        result.processed(),
                        result.explanation());
        LinkedProgram reachable = withoutDeadCode(program, result);
        if (verification.accepted() && result.facts().readsKernelMemory()) {
            return refusing(
                    program,
                    verification,
                    owner,
                    new UnsupportedException(
                            program.name() + ": reads kernel structures, which do not exist here"));
        }
        return running(program, reachable, verification, owner);
    }

    /// The path to an error is put into words only once there is an error, of the longest its end.
    private VerifierResult verified(LinkedProgram program) {
        VerifierOptions wanted =
                new VerifierOptions(
                        options.logLevel(),
                        runtime.cpus(),
                        options.kernelObjects(),
                        options.deviceBound(),
                        options.privilege());
        if (options.logLevel() != 1) {
            return Verifier.verify(program, wanted);
        }
        VerifierResult silent = Verifier.verify(program, wanted.withLogLevel(0));
        return silent.accepted()
                ? silent
                : Verifier.verify(program, wanted, Math.max(0, silent.processed() - LONGEST_TOLD));
    }

    /// What no path reaches may be anything, and the engines look at all of it.
    private static LinkedProgram withoutDeadCode(LinkedProgram program, VerifierResult result) {
        if (!result.accepted()) {
            return program;
        }
        List<Insn> insns = new ArrayList<>(program.insns());
        boolean changed = false;
        for (int i = 0; i < insns.size(); i++) {
            if (!result.facts().isReachable(i)) {
                insns.set(i, NEVER_RUN);
                changed = true;
            }
        }
        return changed ? program.withInsns(insns) : program;
    }

    /// A program that is verified but cannot run here.
    private BpfProgram refusing(
            LinkedProgram program,
            Verification verification,
            Collection owner,
            UnsupportedException why) {
        if (!options.verify() || !options.keepUnrunnable()) {
            throw why;
        }
        Executable refusal =
                (_, _, _, _, _, _, _) -> {
                    throw new UnsupportedException(String.valueOf(why.getMessage()), why);
                };
        int id = runtime.nextProgramId();
        runtime.registerProgram(id, refusal);
        programs.put(id, program);
        return new BpfProgram(program, id, verification, Engine.INTERP, refusal, owner);
    }

    private BpfProgram running(
            LinkedProgram program,
            LinkedProgram reachable,
            Verification verification,
            Collection owner) {
        if (!verification.accepted()) {
            throw new RejectedProgramException(program.name(), verification);
        }
        int id = runtime.nextProgramId();
        BpfProgram live;
        try {
            live = live(program, reachable, id, verification, owner);
        } catch (UnsupportedException e) {
            return refusing(program, verification, owner, e);
        }
        runtime.registerProgram(id, live.main());
        programs.put(id, program);
        return live;
    }

    /// What decodes may run on checked memory.
    private static Verification decoded(LinkedProgram program) {
        List<String> problems = InsnValidator.problemsWithCallx(program.insns());
        List<String> log = new ArrayList<>(problems);
        log.add("processed 0 insns (not verified: runs on checked memory)");
        return new Verification(
                problems.isEmpty(), problems.isEmpty() ? 0 : Errno.EINVAL, log, 0, null);
    }

    private BpfProgram live(
            LinkedProgram program,
            LinkedProgram reachable,
            int id,
            Verification verification,
            Collection owner) {
        List<UnsupportedException> reasons = new ArrayList<>();
        for (Form form : forms()) {
            try {
                return live(program, reachable, id, verification, owner, form);
            } catch (UnsupportedException e) {
                reasons.add(e);
            }
        }
        UnsupportedException first = reasons.getFirst();
        reasons.subList(1, reasons.size()).forEach(first::addSuppressed);
        throw first;
    }

    private enum Form {
        RAW_CLASS,
        CHECKED_CLASS,
        INTERPRETED
    }

    /// Ways to run a program, the best first.
    private List<Form> forms() {
        List<Form> forms = new ArrayList<>();
        if (options.engine() == Engine.INTERP) {
            return List.of(Form.INTERPRETED);
        }
        boolean mayInterpret = options.engine() == Engine.AUTO || options.allowFallback();
        if (!options.verify()) {
            forms.add(options.engine() == Engine.JIT ? Form.CHECKED_CLASS : Form.INTERPRETED);
        } else if (options.rawMemory()) {
            forms.add(Form.RAW_CLASS);
            forms.add(Form.CHECKED_CLASS);
        } else {
            forms.add(Form.CHECKED_CLASS);
            forms.add(Form.RAW_CLASS);
        }
        if (mayInterpret && !forms.contains(Form.INTERPRETED)) {
            forms.add(Form.INTERPRETED);
        }
        return forms;
    }

    private BpfProgram live(
            LinkedProgram program,
            LinkedProgram reachable,
            int id,
            Verification verification,
            Collection owner,
            Form form) {
        if (form == Form.INTERPRETED) {
            Interpreter interpreter =
                    options.verify()
                            ? Interpreter.loadVerified(reachable, id)
                            : Interpreter.load(reachable, id);
            runtime.registerFunctions(id, interpreter.functionsByInsn());
            return new BpfProgram(
                    program, id, verification, Engine.INTERP, interpreter.main(), owner);
        }
        CompiledProgram compiled = JitCompiler.compile(reachable, compilation(form, id));
        runtime.registerFunctions(id, compiled.functionsByInsn());
        return new BpfProgram(program, id, verification, Engine.JIT, compiled.main(), owner);
    }

    private JitOptions compilation(Form form, int id) {
        if (form == Form.RAW_CLASS) {
            return JitOptions.verified(id);
        }
        return options.verify() ? JitOptions.verifiedAndChecked(id) : JitOptions.checked(id);
    }
}
