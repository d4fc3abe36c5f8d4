package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.program.LinkedProgram;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One run of the verifier: the program, the log, and what all checks share.
///
/// Kernel: `struct bpf_verifier_env`.
final class Verification {
    static final int INSN_BUDGET = 1_000_000;

    final LinkedProgram program;
    final VerifierOptions options;
    final VerifierLog log;
    final int toldFrom;
    final Insn[] insns;
    final InsnFacts facts;
    final ProgramTypeRules rules;
    final Privilege privilege;

    Subprograms subprograms;

    /// Number of the function that runs after `bpf_throw`, 0 for the kernel's own.
    int exceptionCallback;

    private final Map<Integer, MapRef> maps = new HashMap<>();

    // where the exploration stands
    private @Nullable VerifierState current;
    int insn;
    int previousInsn = -1;
    int processed;
    int jumpsProcessed;
    private int ids;

    /// True once a mask depends on the path: states must then be the same, not only as narrow.
    boolean masksVary;

    /// History entry of the instruction at hand, -1 until there is one.
    int historyEntry = -1;

    /// Registers and slots to print after the instruction.
    final Scratched scratched = new Scratched();

    final StatePrinter printer;

    final KernelTypes kernel;
    final ObjectTypes objects = new ObjectTypes();

    /// @param toldFrom processed instructions before paths are written down
    Verification(LinkedProgram program, VerifierOptions options, int toldFrom) {
        this.toldFrom = toldFrom;
        this.program = program;
        this.options = options;
        this.log = new VerifierLog(options.logLevel(), toldFrom == 0);
        this.insns = program.insns().toArray(new Insn[0]);
        this.facts = new InsnFacts(insns.length);
        this.rules = ProgramTypeRules.of(program);
        this.privilege = options.privilege();
        this.subprograms = new Subprograms(List.of(new Subprogram(0)), insns.length);
        this.printer = new StatePrinter(this);
        this.kernel = new KernelTypes(options.kernelTypes());
        for (Map.Entry<Integer, BpfMap> entry : program.maps().entrySet()) {
            maps.put(entry.getKey(), MapRef.of(entry.getValue()));
        }
    }

    /// The map loaded by that file descriptor, or null.
    @Nullable MapRef map(int fd) {
        return maps.get(fd);
    }

    /// Name of the kernel function that an instruction calls, empty where it calls none.
    String kfuncName(Insn insn) {
        if (!InsnSanity.isKfuncCall(insn)) {
            return "";
        }
        return program.kfuncs().getOrDefault(insn.imm(), "");
    }

    boolean hasFlag(LinkedProgram.Flag flag) {
        return program.flags().contains(flag);
    }

    VerifierState state() {
        VerifierState state = current;
        if (state == null) {
            throw new IllegalStateException("no state: nothing is being explored");
        }
        return state;
    }

    void enter(VerifierState state) {
        current = state;
    }

    FrameState frame() {
        return state().top();
    }

    RegState reg(int number) {
        return frame().reg(number);
    }

    /// The frame that a stack pointer points into.
    FrameState frameOf(RegState pointer) {
        return state().frame(pointer.frame);
    }

    int newId() {
        return ++ids;
    }

    int lastId() {
        return ids;
    }

    boolean inSleepable() {
        return hasFlag(LinkedProgram.Flag.SLEEPABLE) || state().inSleepable;
    }

    /// True once a path is being explored.
    boolean isExploring() {
        return current != null;
    }

    /// Logs why and gives what to throw.
    @SuppressWarnings("AnnotateFormatMethod") // no dependency on the annotation
    Rejection reject(int errno, String format, Object... args) {
        String message = String.format(Locale.ROOT, format, args);
        log.say(message);
        log.say("\n");
        return new Rejection(errno, format, message);
    }

    boolean isTailCall(int index) {
        return insns[index].imm() == 12 && InsnSanity.isHelperCall(insns[index]);
    }

    /// True for a function that is verified alone.
    boolean isGlobal(int subprogram) {
        return GlobalFunctions.isGlobal(program, subprogram);
    }

    /// Records how the current path came to the instruction at hand.
    void record(int flags, LinkedRegs links) {
        JumpHistory history = state().history;
        if (historyEntry >= 0) {
            history.amend(historyEntry, flags, links);
        } else {
            historyEntry = history.add(insn, previousInsn, flags, links);
        }
    }

    /// Demands that a register may be read.
    void checkRead(int number) {
        checkNumber(number);
        scratched.reg(number);
        if (reg(number).is(RegType.NOT_INIT)) {
            throw reject(Errno.EACCES, "R%d !read_ok", number);
        }
    }

    /// True for what the program's loader must not learn: an address.
    boolean isSecret(RegState reg) {
        return !privilege.mayLeak() && !reg.isScalar();
    }

    /// Demands that a register may be read by others.
    void checkLeak(int number, String whereTo) {
        if (isSecret(reg(number))) {
            throw reject(Errno.EACCES, "R%d leaks addr " + whereTo, number);
        }
    }

    /// Demands that a register may be written, without changing it.
    void checkWrite(int number) {
        checkNumber(number);
        scratched.reg(number);
        if (number == FrameState.FP) {
            throw reject(Errno.EACCES, "frame pointer is read only");
        }
    }

    private void checkNumber(int number) {
        if (number >= FrameState.REGISTERS) {
            throw reject(Errno.EINVAL, "R%d is invalid", number);
        }
    }

    void checkWriteUnknown(int number) {
        checkWrite(number);
        reg(number).markUnknown();
    }
}
