package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.program.LinkedProgram;
import java.util.ArrayList;
import java.util.List;

/// Proves that a program is safe to run with raw memory: that it ends, reads and writes only memory
/// it may, and gives back what it took. What the kernel would reject is rejected, in its words.
///
/// Each path is simulated with what is known of every register and stack byte; a path that reaches
/// a state already found safe is not followed further.
///
/// Thread: any; a verification keeps no state behind.
/// Fails: never for a bad program, which is a [VerifierResult].
/// Kernel: `bpf_check`, kernel/bpf/verifier.c, 6.18.
public final class Verifier {
    private Verifier() {}

    public static VerifierResult verify(LinkedProgram program, VerifierOptions options) {
        return verify(program, options, 0);
    }

    /// The same with the end of the log only, for programs that take long to follow.
    ///
    /// @param toldFrom instructions to follow before paths are written down
    public static VerifierResult verify(
            LinkedProgram program, VerifierOptions options, int toldFrom) {
        long start = System.nanoTime();
        Verification v = new Verification(program, options, toldFrom);
        int errno = 0;
        Explanation explanation = null;
        ExploredStates explored = null;
        try {
            Exploration exploration = prepare(v);
            explored = exploration.explored();
            exploration.exploreMain();
            exploration.exploreGlobals();
            new StackDepth(v).check();
            checkNoMissingKfunc(v);
        } catch (Rejection why) {
            errno = why.errno();
            explanation = Explainer.explain(v, why);
        }
        List<String> lines = new ArrayList<>(v.log.lines());
        if (toldFrom > 0) {
            lines.addFirst("(%d instructions before these are left out)".formatted(toldFrom));
        }
        if (v.log.tellsStatistics()) {
            lines.add("verification time %d usec".formatted((System.nanoTime() - start) / 1000));
            lines.add("stack depth " + v.subprograms.depths());
        }
        lines.add(
                "processed %d insns (limit %d) max_states_per_insn %d total_states %d peak_states %d mark_read %d"
                        .formatted(
                                v.processed,
                                Verification.INSN_BUDGET,
                                explored == null ? 0 : explored.mostPerInsn,
                                explored == null ? 0 : explored.total,
                                explored == null ? 0 : explored.peak,
                                0));
        return new VerifierResult(
                errno == 0,
                errno,
                lines,
                v.processed,
                explanation,
                new VerifiedFacts(v.insns, v.facts));
    }

    private static Exploration prepare(Verification v) {
        checkLoader(v);
        InsnSanity sanity = new InsnSanity(v);
        sanity.checkKfuncs();
        if (!hasBtf(v)) {
            // the kernel asks before it knows of subprograms, hence of nothing
            sanity.findSubprograms();
            sanity.checkSubprograms();
            sanity.checkAbnormalReturn();
        } else {
            sanity.findSubprograms();
            sanity.checkSubprograms();
            checkFunctionInfo(v);
        }
        sanity.checkLoads();
        ControlFlow flow = new ControlFlow(v);
        flow.check();
        sanity.checkSleepable();
        new LoopComponents(v).compute();
        new RegisterLiveness(v).compute(flow.postorder());
        if (v.log.tracesAll()) {
            v.printer.liveRegisters();
        }
        return new Exploration(v, flow.postorder());
    }

    private static void checkLoader(Verification v) {
        int most = v.privilege.maxInsns();
        if (v.insns.length == 0 || v.insns.length > most) {
            throw v.reject(
                    Errno.E2BIG,
                    "program: %d instructions (expected: 1..%d)",
                    v.insns.length,
                    most);
        }
        if (!v.privilege.mayLoad(v.program.type())) {
            throw v.reject(
                    Errno.EPERM,
                    "programs of type %s are for CAP_BPF and CAP_SYS_ADMIN",
                    v.program.type().text());
        }
    }

    /// A weak kfunc that does not exist may be called where no path leads only.
    private static void checkNoMissingKfunc(Verification v) {
        for (int i = 0; i < v.insns.length; i++) {
            if (InsnSanity.isKfuncCall(v.insns[i])
                    && v.insns[i].imm() == 0
                    && v.facts.seen.get(i)) {
                throw v.reject(
                        Errno.EINVAL,
                        "invalid kernel function call not eliminated in verifier pass");
            }
        }
    }

    private static boolean hasBtf(Verification v) {
        return !v.program.funcInfo().isEmpty() || !v.program.lineInfo().isEmpty();
    }

    private static void checkFunctionInfo(Verification v) {
        List<LinkedProgram.FuncInfo> infos = v.program.funcInfo();
        if (infos.isEmpty()) {
            return;
        }
        if (infos.size() != v.subprograms.count()) {
            throw v.reject(
                    Errno.EINVAL, "number of funcs in func_info doesn't match number of subprogs");
        }
        for (int i = 0; i < infos.size(); i++) {
            if (infos.get(i).insn() != v.subprograms.get(i).start) {
                throw v.reject(
                        Errno.EINVAL,
                        "func_info BTF section doesn't match subprog layout in BPF program");
            }
        }
    }
}
