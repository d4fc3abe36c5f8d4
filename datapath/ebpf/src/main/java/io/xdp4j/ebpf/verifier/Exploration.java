package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import java.util.List;

/// Follows every path through a function, instruction by instruction.
///
/// Kernel: `do_check`, `do_check_common`.
final class Exploration {
    private static final int SPIN_UNLOCK = 94;

    private final Verification v;
    private final StackLiveness liveness;
    private final PendingBranches pending;
    private final LoopVisits loops;
    private final ExploredStates explored;
    private final AluCheck alu;
    private final MemoryCheck memory;
    private final AtomicCheck atomics;
    private final JumpCheck jumps;
    private final CallCheck calls;
    private final HelperCheck helpers;
    private final KfuncCheck kfuncs;
    private final LoadCheck loads;
    private final GlobalFunctions globals;
    private final Speculation speculation;

    Exploration(Verification v, int[] postorder) {
        this.v = v;
        Precision precision = new Precision(v);
        liveness = new StackLiveness(v, postorder);
        pending = new PendingBranches(v);
        loops = new LoopVisits(v, precision);
        explored = new ExploredStates(v, precision, liveness, loops);
        DynptrCheck dynptrs = new DynptrCheck(v, liveness);
        speculation = new Speculation(v, pending);
        StackCheck stack = new StackCheck(v, precision, liveness, dynptrs, speculation);
        memory = new MemoryCheck(v, stack);
        References references = new References(v);
        ArgumentCheck arguments = new ArgumentCheck(v, precision, memory, dynptrs);
        globals = new GlobalFunctions(v);
        alu = new AluCheck(v, precision, pending, speculation, memory);
        atomics = new AtomicCheck(v, memory);
        jumps = new JumpCheck(v, precision, pending, speculation);
        CallbackCheck callbacks = new CallbackCheck(v, pending);
        helpers = new HelperCheck(v, precision, memory, dynptrs, references, arguments, callbacks);
        calls =
                new CallCheck(
                        v, precision, liveness, references, memory, arguments, dynptrs, globals);
        IteratorCheck iterators = new IteratorCheck(v, pending, dynptrs, references, liveness);
        kfuncs =
                new KfuncCheck(
                        v,
                        precision,
                        memory,
                        dynptrs,
                        arguments,
                        iterators,
                        calls,
                        references,
                        callbacks,
                        pending);
        loads = new LoadCheck(v, references, memory);
    }

    ExploredStates explored() {
        return explored;
    }

    void exploreMain() {
        FrameState frame = new FrameState(FrameState.NO_CALLSITE, 0, 0);
        frame.reg(1).markPointer(RegType.CTX, 0);
        if (!v.program.funcInfo().isEmpty() && v.log.tracesPaths()) {
            globals.describeMain();
        }
        explore(frame);
    }

    /// Global functions that were called, each for any arguments.
    void exploreGlobals() {
        boolean again = true;
        while (again) {
            again = false;
            for (int i = globals.nextToVerify(1); i >= 0; i = globals.nextToVerify(i + 1)) {
                exploreGlobal(i);
                again = true;
            }
        }
    }

    private void exploreGlobal(int subprogram) {
        String name = globals.name(subprogram);
        if (v.log.tracesPaths()) {
            v.log.say("Validating %s() func#%d...\n", name, subprogram);
        }
        List<GlobalFunctions.Parameter> parameters = globals.parameters(subprogram);
        FrameState frame = new FrameState(FrameState.NO_CALLSITE, 0, subprogram);
        if (subprogram == v.exceptionCallback) {
            frame.inExceptionCallback = true;
            globals.checkExceptionCallback(parameters);
        }
        globals.enter(frame, parameters);
        explore(frame);
        globals.noteVerified(subprogram);
        if (v.log.tracesPaths()) {
            v.log.say(
                    "Func#%d ('%s') is safe for any args that match its prototype\n",
                    subprogram, name);
        }
    }

    private void explore(FrameState entry) {
        int keep = v.log.tracesAll() ? -1 : 0;
        VerifierState state = new VerifierState(entry);
        state.branches = 1;
        int start = v.subprograms.get(entry.subprog).start;
        state.firstInsn = start;
        v.enter(state);
        v.insn = start;
        v.printer.restart();
        v.scratched.all();
        explored.clear();
        loops.clear();
        liveness.forgetChain();
        run();
        if (keep == 0) {
            v.log.cutTo(0);
        }
    }

    private void run() {
        int before = -1;
        boolean printState = false;
        while (true) {
            v.historyEntry = -1;
            v.previousInsn = before;
            int at = v.insn;
            if (++v.processed > Verification.INSN_BUDGET) {
                throw v.reject(
                        Errno.E2BIG, "BPF program is too large. Processed %d insn", v.processed);
            }
            if (v.processed == v.toldFrom) {
                v.log.begin();
                v.scratched.all();
            }
            VerifierState state = v.state();
            state.lastInsn = v.previousInsn;
            state.insn = at;
            boolean covered = v.facts.prunePoints.get(at) && explored.isCovered(at);
            int next = -1;
            if (covered) {
                traceCovered(at, printState);
            } else {
                trace(at, printState);
                printState = false;
                before = at;
                next = simulate(at);
                printState = next >= 0 && leftFunction(at);
            }
            if (next >= 0) {
                v.insn = next;
                continue;
            }
            PendingBranches.Branch branch = endPath();
            if (branch == null) {
                return;
            }
            v.insn = branch.insn();
            before = branch.previousInsn();
            printState = true;
        }
    }

    private boolean leftFunction(int insn) {
        return v.insns[insn].opcode() == (Opcode.JMP | Opcode.EXIT);
    }

    private void traceCovered(int at, boolean printState) {
        if (!v.log.tracesPaths()) {
            return;
        }
        if (printState) {
            v.log.say("\nfrom %d to %d%s: safe\n", v.previousInsn, at, speculativeText());
        } else {
            v.log.say("%d: safe\n", at);
        }
    }

    private void trace(int at, boolean printState) {
        if (v.facts.jumpPoints.get(at)) {
            v.record(0, LinkedRegs.NONE);
        }
        if (!v.state().speculative) {
            v.facts.seen.set(at);
        }
        if (!v.log.tracesPaths()) {
            return;
        }
        if (v.log.tracesAll() && printState) {
            v.log.say("\nfrom %d to %d%s:", v.previousInsn, at, speculativeText());
            v.printer.state(v.state(), v.state().depth(), true);
        }
        if (v.scratched.any()) {
            v.printer.insnState();
        }
        v.printer.instruction(at);
    }

    private String speculativeText() {
        return v.state().speculative ? " (speculative execution)" : "";
    }

    /// Simulates one instruction; returns the next one, or -1 at the end of the path.
    private int simulate(int at) {
        if (speculation.stopsBefore(at)) {
            return -1;
        }
        liveness.beginInsn(at);
        int next = -1;
        try {
            next = step(at, v.insns[at]);
        } catch (Rejection why) {
            if (!speculation.absorbs(why, at)) {
                throw why;
            }
        }
        liveness.endInsn();
        return speculation.stopsBehind(at) ? -1 : next;
    }

    private int step(int at, Insn insn) {
        switch (insn.opClass()) {
            case Opcode.ALU, Opcode.ALU64 -> alu.check(insn);
            case Opcode.LDX -> memory.load(insn, (insn.opcode() & 0xe0) == Opcode.MEMSX, false);
            case Opcode.STX -> {
                if ((insn.opcode() & 0xe0) == Opcode.ATOMIC) {
                    atomics.check(insn);
                } else if (insn.imm() != 0) {
                    throw v.reject(Errno.EINVAL, "BPF_STX uses reserved fields");
                } else {
                    memory.store(insn, false);
                }
            }
            case Opcode.ST -> memory.storeConst(insn);
            case Opcode.JMP, Opcode.JMP32 -> {
                return stepJump(at, insn);
            }
            default -> {
                return loads.check(insn) ? at + 2 : at + 1;
            }
        }
        return at + 1;
    }

    private int stepJump(int at, Insn insn) {
        v.jumpsProcessed++;
        boolean jmp32 = insn.opClass() == Opcode.JMP32;
        return switch (InsnSanity.op(insn)) {
            case Opcode.CALL -> {
                checkCallFields(insn, jmp32);
                yield stepCall(at, insn);
            }
            case Opcode.JA -> {
                if (insn.src() != 0
                        || insn.dst() != 0
                        || (jmp32 ? insn.off() != 0 : insn.imm() != 0)) {
                    throw v.reject(Errno.EINVAL, "BPF_JA uses reserved fields");
                }
                yield at + InsnSanity.jumpOffset(insn) + 1;
            }
            case Opcode.EXIT -> {
                if (insn.imm() != 0 || insn.src() != 0 || insn.dst() != 0 || jmp32) {
                    throw v.reject(Errno.EINVAL, "BPF_EXIT uses reserved fields");
                }
                yield calls.exit();
            }
            default -> jumps.check(insn);
        };
    }

    private void checkCallFields(Insn insn, boolean jmp32) {
        if ((insn.src() != Opcode.PSEUDO_KFUNC_CALL && insn.off() != 0)
                || insn.src() > Opcode.PSEUDO_KFUNC_CALL
                || insn.dst() != 0
                || jmp32) {
            throw v.reject(Errno.EINVAL, "BPF_CALL uses reserved fields");
        }
        boolean allowedInLock =
                insn.src() == Opcode.PSEUDO_CALL
                        || (insn.src() == Opcode.HELPER_CALL && insn.imm() == SPIN_UNLOCK)
                        || (insn.src() == Opcode.PSEUDO_KFUNC_CALL
                                && GraphCheck.isAllowedUnderLock(v.kfuncName(insn)));
        if (v.state().activeLocks > 0 && !allowedInLock) {
            throw v.reject(Errno.EINVAL, "function calls are not allowed while holding a lock");
        }
    }

    private int stepCall(int at, Insn insn) {
        int next = at + 1;
        if (insn.src() == Opcode.PSEUDO_CALL) {
            next = calls.call(insn);
        } else if (insn.src() == Opcode.PSEUDO_KFUNC_CALL) {
            if (insn.imm() != 0) {
                kfuncs.check(insn);
            }
            if (KfuncCheck.isThrow(v, insn)) {
                calls.leave();
                return -1;
            }
        } else {
            helpers.check(insn);
            if (v.isTailCall(at) && v.state().depth() > 0) {
                next = calls.tailCall(pending);
            }
        }
        v.scratched.reg(0);
        return next;
    }

    private PendingBranches.@org.jspecify.annotations.Nullable Branch endPath() {
        v.scratched.all();
        closeBranches();
        liveness.update();
        PendingBranches.Branch branch = pending.pop();
        if (branch != null) {
            if (!v.log.tracesAll()) {
                v.log.cutTo(branch.logPosition());
            }
            v.enter(branch.state());
        }
        return branch;
    }

    /// The current path is done; so are checkpoints all of whose paths are.
    private void closeBranches() {
        VerifierState state = v.state();
        while (state != null) {
            if (--state.branches > 0) {
                return;
            }
            loops.exit(state);
            explored.release(state);
            state = state.parent;
        }
    }
}
