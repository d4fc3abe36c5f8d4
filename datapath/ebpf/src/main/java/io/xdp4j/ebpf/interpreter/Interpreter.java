package io.xdp4j.ebpf.interpreter;

import io.xdp4j.ebpf.EbpfException;
import io.xdp4j.ebpf.helper.HelperFunction;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.program.LinkedProgram;
import io.xdp4j.ebpf.vm.BpfMachine;
import io.xdp4j.ebpf.vm.BudgetTrapException;
import io.xdp4j.ebpf.vm.CallTrapException;
import io.xdp4j.ebpf.vm.CheckedMemory;
import io.xdp4j.ebpf.vm.Executable;
import org.jspecify.annotations.Nullable;

/// A program that is run one instruction at a time, each access checked.
///
/// Runs what nobody verified as well: whatever the instructions, a run ends with a result or a
/// [TrapException], the latter also when the machine's budget of instructions is used up.
///
/// Thread: any; one machine's runs never overlap.
/// Kernel: `___bpf_prog_run`.
public final class Interpreter {
    /// Rounds that the `may_goto` instructions of one function call allow (`BPF_MAX_LOOPS`).
    static final int MAY_GOTO_ROUNDS = 8 * 1024 * 1024;

    /// Registers, rounded up so that a masked number is always an index.
    private static final int REGISTERS = 16;

    private static final long LOW = 0xffff_ffffL;

    private final LinkedProgram program;
    private final int[] code;
    private final int[] offs;
    private final long[] imms;
    private final @Nullable HelperFunction[] helpers;
    private final @Nullable Executable[] functions;

    private Interpreter(LinkedProgram program, Predecoder decoded) {
        this.program = program;
        this.code = decoded.code;
        this.offs = decoded.offs;
        this.imms = decoded.imms;
        this.helpers = decoded.helpers;
        this.functions = new Executable[code.length];
        for (int at = 0; at < code.length; at++) {
            if (decoded.entries[at]) {
                functions[at] = new Function(this, at);
            }
        }
    }

    /// A function of the program, by its first slot.
    private record Function(Interpreter owner, int entry) implements Executable {
        @Override
        public long call(
                BpfMachine machine, int frame, long r1, long r2, long r3, long r4, long r5) {
            return owner.enter(machine, frame, 0, entry, r1, r2, r3, r4, r5);
        }
    }

    /// Makes a program ready to run that nobody verified.
    ///
    /// @param programId under which the caller registers [#functionsByInsn] where the program uses
    ///     function pointers
    public static Interpreter load(LinkedProgram program, int programId) {
        return new Interpreter(program, new Predecoder(program, programId, false));
    }

    /// Makes a verified program ready to run: it may pass kernel objects to helpers, and call kernel
    /// functions.
    public static Interpreter loadVerified(LinkedProgram program, int programId) {
        return new Interpreter(program, new Predecoder(program, programId, true));
    }

    public LinkedProgram program() {
        return program;
    }

    /// The program's main function.
    public Executable main() {
        return new Function(this, 0);
    }

    /// The functions by first slot, for [io.xdp4j.ebpf.vm.BpfRuntime#registerFunctions].
    public @Nullable Executable[] functionsByInsn() {
        return functions.clone();
    }

    // ---- running

    private long enter(
            BpfMachine machine,
            int frame,
            int depth,
            int entry,
            long r1,
            long r2,
            long r3,
            long r4,
            long r5) {
        if (frame >= BpfMachine.FRAMES) {
            throw new CallTrapException(
                    entry, "out of stack after " + frame + " frames (callbacks within callbacks)");
        }
        CheckedMemory memory = machine.checkedMemory();
        int before = memory.useFrames(frame);
        long result = loop(machine, memory, frame, depth, entry, r1, r2, r3, r4, r5);
        memory.useFrames(before);
        return result;
    }

    /// The switch over all operations. Longer than a method should be: HotSpot turns one switch into
    /// one jump table, and calling a method per operation costs more than most operations do. The
    /// registers are made here, as their length must be known to spare the checks of their numbers.
    private long loop(
            BpfMachine machine,
            CheckedMemory memory,
            int frame,
            int depth,
            int entry,
            long r1,
            long r2,
            long r3,
            long r4,
            long r5) {
        long[] r = new long[REGISTERS];
        r[1] = r1;
        r[2] = r2;
        r[3] = r3;
        r[4] = r4;
        r[5] = r5;
        r[10] = machine.framePointer(frame);
        long left = machine.budgetLeft();
        int rounds = MAY_GOTO_ROUNDS;
        int pc = entry;
        while (true) {
            int at = pc++;
            int word = code[at];
            int d = word & 0xf;
            int s = word >>> 4 & 0xf;
            if (--left < 0) {
                throw new BudgetTrapException(at, machine.budget());
            }
            switch (word >>> 8) {
                case Op.ADD64_K -> r[d] += imms[at];
                case Op.ADD64_X -> r[d] += r[s];
                case Op.SUB64_K -> r[d] -= imms[at];
                case Op.SUB64_X -> r[d] -= r[s];
                case Op.MUL64_K -> r[d] *= imms[at];
                case Op.MUL64_X -> r[d] *= r[s];
                case Op.DIV64_K -> r[d] = Arithmetic.div64(r[d], imms[at]);
                case Op.DIV64_X -> r[d] = Arithmetic.div64(r[d], r[s]);
                case Op.OR64_K -> r[d] |= imms[at];
                case Op.OR64_X -> r[d] |= r[s];
                case Op.AND64_K -> r[d] &= imms[at];
                case Op.AND64_X -> r[d] &= r[s];
                case Op.LSH64_K -> r[d] <<= imms[at];
                case Op.LSH64_X -> r[d] <<= r[s];
                case Op.RSH64_K -> r[d] >>>= imms[at];
                case Op.RSH64_X -> r[d] >>>= r[s];
                case Op.MOD64_K -> r[d] = Arithmetic.mod64(r[d], imms[at]);
                case Op.MOD64_X -> r[d] = Arithmetic.mod64(r[d], r[s]);
                case Op.XOR64_K -> r[d] ^= imms[at];
                case Op.XOR64_X -> r[d] ^= r[s];
                case Op.MOV64_K -> r[d] = imms[at];
                case Op.MOV64_X -> r[d] = r[s];
                case Op.ARSH64_K -> r[d] >>= imms[at];
                case Op.ARSH64_X -> r[d] >>= r[s];
                case Op.ADD32_K -> r[d] = r[d] + imms[at] & LOW;
                case Op.ADD32_X -> r[d] = r[d] + r[s] & LOW;
                case Op.SUB32_K -> r[d] = r[d] - imms[at] & LOW;
                case Op.SUB32_X -> r[d] = r[d] - r[s] & LOW;
                case Op.MUL32_K -> r[d] = r[d] * imms[at] & LOW;
                case Op.MUL32_X -> r[d] = r[d] * r[s] & LOW;
                case Op.DIV32_K -> r[d] = Arithmetic.div32((int) r[d], (int) imms[at]);
                case Op.DIV32_X -> r[d] = Arithmetic.div32((int) r[d], (int) r[s]);
                case Op.OR32_K -> r[d] = (r[d] | imms[at]) & LOW;
                case Op.OR32_X -> r[d] = (r[d] | r[s]) & LOW;
                case Op.AND32_K -> r[d] = r[d] & imms[at] & LOW;
                case Op.AND32_X -> r[d] = r[d] & r[s] & LOW;
                case Op.LSH32_K -> r[d] = (int) r[d] << (int) imms[at] & LOW;
                case Op.LSH32_X -> r[d] = (int) r[d] << (int) r[s] & LOW;
                case Op.RSH32_K -> r[d] = (int) r[d] >>> (int) imms[at] & LOW;
                case Op.RSH32_X -> r[d] = (int) r[d] >>> (int) r[s] & LOW;
                case Op.MOD32_K -> r[d] = Arithmetic.mod32((int) r[d], (int) imms[at]);
                case Op.MOD32_X -> r[d] = Arithmetic.mod32((int) r[d], (int) r[s]);
                case Op.XOR32_K -> r[d] = (r[d] ^ imms[at]) & LOW;
                case Op.XOR32_X -> r[d] = (r[d] ^ r[s]) & LOW;
                case Op.MOV32_K -> r[d] = imms[at] & LOW;
                case Op.MOV32_X -> r[d] = r[s] & LOW;
                case Op.ARSH32_K -> r[d] = (int) r[d] >> (int) imms[at] & LOW;
                case Op.ARSH32_X -> r[d] = (int) r[d] >> (int) r[s] & LOW;
                case Op.NEG64 -> r[d] = -r[d];
                case Op.NEG32 -> r[d] = -r[d] & LOW;
                case Op.SDIV64_K -> r[d] = Arithmetic.sdiv64(r[d], imms[at]);
                case Op.SDIV32_K -> r[d] = Arithmetic.sdiv32((int) r[d], (int) imms[at]);
                case Op.SDIV64_X -> r[d] = Arithmetic.sdiv64(r[d], r[s]);
                case Op.SDIV32_X -> r[d] = Arithmetic.sdiv32((int) r[d], (int) r[s]);
                case Op.SMOD64_K -> r[d] = Arithmetic.smod64(r[d], imms[at]);
                case Op.SMOD32_K -> r[d] = Arithmetic.smod32((int) r[d], (int) imms[at]);
                case Op.SMOD64_X -> r[d] = Arithmetic.smod64(r[d], r[s]);
                case Op.SMOD32_X -> r[d] = Arithmetic.smod32((int) r[d], (int) r[s]);
                case Op.MOVS8_64 -> r[d] = (byte) r[s];
                case Op.MOVS16_64 -> r[d] = (short) r[s];
                case Op.MOVS32_64 -> r[d] = (int) r[s];
                case Op.MOVS8_32 -> r[d] = (byte) r[s] & LOW;
                case Op.MOVS16_32 -> r[d] = (short) r[s] & LOW;
                case Op.TO_LE -> r[d] = Arithmetic.truncate(r[d], (int) imms[at]);
                case Op.TO_BE, Op.BSWAP -> r[d] = Arithmetic.swap(r[d], (int) imms[at]);
                case Op.JEQ64_K -> pc = r[d] == imms[at] ? offs[at] : pc;
                case Op.JEQ64_X -> pc = r[d] == r[s] ? offs[at] : pc;
                case Op.JGT64_K ->
                        pc = r[d] + Long.MIN_VALUE > imms[at] + Long.MIN_VALUE ? offs[at] : pc;
                case Op.JGT64_X ->
                        pc = r[d] + Long.MIN_VALUE > r[s] + Long.MIN_VALUE ? offs[at] : pc;
                case Op.JGE64_K ->
                        pc = r[d] + Long.MIN_VALUE >= imms[at] + Long.MIN_VALUE ? offs[at] : pc;
                case Op.JGE64_X ->
                        pc = r[d] + Long.MIN_VALUE >= r[s] + Long.MIN_VALUE ? offs[at] : pc;
                case Op.JSET64_K -> pc = (r[d] & imms[at]) != 0 ? offs[at] : pc;
                case Op.JSET64_X -> pc = (r[d] & r[s]) != 0 ? offs[at] : pc;
                case Op.JNE64_K -> pc = r[d] != imms[at] ? offs[at] : pc;
                case Op.JNE64_X -> pc = r[d] != r[s] ? offs[at] : pc;
                case Op.JSGT64_K -> pc = r[d] > imms[at] ? offs[at] : pc;
                case Op.JSGT64_X -> pc = r[d] > r[s] ? offs[at] : pc;
                case Op.JSGE64_K -> pc = r[d] >= imms[at] ? offs[at] : pc;
                case Op.JSGE64_X -> pc = r[d] >= r[s] ? offs[at] : pc;
                case Op.JLT64_K ->
                        pc = r[d] + Long.MIN_VALUE < imms[at] + Long.MIN_VALUE ? offs[at] : pc;
                case Op.JLT64_X ->
                        pc = r[d] + Long.MIN_VALUE < r[s] + Long.MIN_VALUE ? offs[at] : pc;
                case Op.JLE64_K ->
                        pc = r[d] + Long.MIN_VALUE <= imms[at] + Long.MIN_VALUE ? offs[at] : pc;
                case Op.JLE64_X ->
                        pc = r[d] + Long.MIN_VALUE <= r[s] + Long.MIN_VALUE ? offs[at] : pc;
                case Op.JSLT64_K -> pc = r[d] < imms[at] ? offs[at] : pc;
                case Op.JSLT64_X -> pc = r[d] < r[s] ? offs[at] : pc;
                case Op.JSLE64_K -> pc = r[d] <= imms[at] ? offs[at] : pc;
                case Op.JSLE64_X -> pc = r[d] <= r[s] ? offs[at] : pc;
                case Op.JEQ32_K -> pc = (int) r[d] == (int) imms[at] ? offs[at] : pc;
                case Op.JEQ32_X -> pc = (int) r[d] == (int) r[s] ? offs[at] : pc;
                case Op.JGT32_K ->
                        pc =
                                (int) r[d] + Integer.MIN_VALUE > (int) imms[at] + Integer.MIN_VALUE
                                        ? offs[at]
                                        : pc;
                case Op.JGT32_X ->
                        pc =
                                (int) r[d] + Integer.MIN_VALUE > (int) r[s] + Integer.MIN_VALUE
                                        ? offs[at]
                                        : pc;
                case Op.JGE32_K ->
                        pc =
                                (int) r[d] + Integer.MIN_VALUE >= (int) imms[at] + Integer.MIN_VALUE
                                        ? offs[at]
                                        : pc;
                case Op.JGE32_X ->
                        pc =
                                (int) r[d] + Integer.MIN_VALUE >= (int) r[s] + Integer.MIN_VALUE
                                        ? offs[at]
                                        : pc;
                case Op.JSET32_K -> pc = ((int) r[d] & (int) imms[at]) != 0 ? offs[at] : pc;
                case Op.JSET32_X -> pc = ((int) r[d] & (int) r[s]) != 0 ? offs[at] : pc;
                case Op.JNE32_K -> pc = (int) r[d] != (int) imms[at] ? offs[at] : pc;
                case Op.JNE32_X -> pc = (int) r[d] != (int) r[s] ? offs[at] : pc;
                case Op.JSGT32_K -> pc = (int) r[d] > (int) imms[at] ? offs[at] : pc;
                case Op.JSGT32_X -> pc = (int) r[d] > (int) r[s] ? offs[at] : pc;
                case Op.JSGE32_K -> pc = (int) r[d] >= (int) imms[at] ? offs[at] : pc;
                case Op.JSGE32_X -> pc = (int) r[d] >= (int) r[s] ? offs[at] : pc;
                case Op.JLT32_K ->
                        pc =
                                (int) r[d] + Integer.MIN_VALUE < (int) imms[at] + Integer.MIN_VALUE
                                        ? offs[at]
                                        : pc;
                case Op.JLT32_X ->
                        pc =
                                (int) r[d] + Integer.MIN_VALUE < (int) r[s] + Integer.MIN_VALUE
                                        ? offs[at]
                                        : pc;
                case Op.JLE32_K ->
                        pc =
                                (int) r[d] + Integer.MIN_VALUE <= (int) imms[at] + Integer.MIN_VALUE
                                        ? offs[at]
                                        : pc;
                case Op.JLE32_X ->
                        pc =
                                (int) r[d] + Integer.MIN_VALUE <= (int) r[s] + Integer.MIN_VALUE
                                        ? offs[at]
                                        : pc;
                case Op.JSLT32_K -> pc = (int) r[d] < (int) imms[at] ? offs[at] : pc;
                case Op.JSLT32_X -> pc = (int) r[d] < (int) r[s] ? offs[at] : pc;
                case Op.JSLE32_K -> pc = (int) r[d] <= (int) imms[at] ? offs[at] : pc;
                case Op.JSLE32_X -> pc = (int) r[d] <= (int) r[s] ? offs[at] : pc;
                case Op.JA -> pc = offs[at];
                case Op.MAY_GOTO -> {
                    if (rounds == 0) {
                        pc = offs[at];
                    } else {
                        rounds--;
                    }
                }
                case Op.LDDW -> {
                    r[d] = imms[at];
                    pc++;
                }
                case Op.LOAD8 -> r[d] = memory.loadU8(r[s] + offs[at], at);
                case Op.LOAD16 -> r[d] = memory.loadU16(r[s] + offs[at], at);
                case Op.LOAD32 -> r[d] = memory.loadU32(r[s] + offs[at], at);
                case Op.LOAD64 -> r[d] = memory.load64(r[s] + offs[at], at);
                case Op.LOADS8 -> r[d] = memory.loadSigned8(r[s] + offs[at], at);
                case Op.LOADS16 -> r[d] = memory.loadSigned16(r[s] + offs[at], at);
                case Op.LOADS32 -> r[d] = memory.loadSigned32(r[s] + offs[at], at);
                case Op.STORE_K8 -> memory.store8(r[d] + offs[at], imms[at], at);
                case Op.STORE_X8 -> memory.store8(r[d] + offs[at], r[s], at);
                case Op.STORE_K16 -> memory.store16(r[d] + offs[at], imms[at], at);
                case Op.STORE_X16 -> memory.store16(r[d] + offs[at], r[s], at);
                case Op.STORE_K32 -> memory.store32(r[d] + offs[at], imms[at], at);
                case Op.STORE_X32 -> memory.store32(r[d] + offs[at], r[s], at);
                case Op.STORE_K64 -> memory.store64(r[d] + offs[at], imms[at], at);
                case Op.STORE_X64 -> memory.store64(r[d] + offs[at], r[s], at);
                case Op.ATOMIC -> Atomics.run(memory, insn(at), r, at);
                case Op.CALL_HELPER -> {
                    machine.setBudgetLeft(left);
                    callHelper(machine, frame, r, at);
                    left = machine.budgetLeft();
                }
                case Op.CALL_LOCAL -> {
                    machine.setBudgetLeft(left);
                    callLocal(machine, frame, depth, r, at);
                    left = machine.budgetLeft();
                }
                case Op.CALL_REGISTER -> {
                    machine.setBudgetLeft(left);
                    callRegister(machine, frame, r, d, at);
                    left = machine.budgetLeft();
                }
                case Op.TAIL_CALL -> {
                    Executable target = tailCallTarget(machine, r, at);
                    if (target != null) {
                        machine.setBudgetLeft(left);
                        return target.call(machine, frame, r[1], 0, 0, 0, 0);
                    }
                }
                case Op.EXIT -> {
                    machine.setBudgetLeft(left);
                    return r[0];
                }
                default ->
                        throw new IllegalStateException(
                                program.name() + ": insn " + at + ": not decoded");
            }
        }
    }

    // ---- calls

    private void callLocal(BpfMachine machine, int frame, int depth, long[] r, int at) {
        if (depth + 1 == BpfMachine.MAX_CALL_FRAMES) {
            throw new CallTrapException(
                    at,
                    "the call stack of "
                            + (BpfMachine.MAX_CALL_FRAMES + 1)
                            + " frames is too deep (expected: at most "
                            + BpfMachine.MAX_CALL_FRAMES
                            + ")");
        }
        r[0] = enter(machine, frame + 1, depth + 1, offs[at], r[1], r[2], r[3], r[4], r[5]);
    }

    private void callHelper(BpfMachine machine, int frame, long[] r, int at) {
        HelperFunction helper = helpers[at];
        if (helper == null) {
            throw new IllegalStateException(program.name() + ": insn " + at + ": not decoded");
        }
        call(helper, machine, frame, r, at);
    }

    /// `callx`: a function's handle, or the number of a helper.
    private void callRegister(BpfMachine machine, int frame, long[] r, int d, int at) {
        Executable function = machine.runtime().function(r[d]);
        if (function != null) {
            r[0] = function.call(machine, frame + 1, r[1], r[2], r[3], r[4], r[5]);
            return;
        }
        HelperFunction helper = Predecoder.helperByNumber(program, r[d], at);
        call(helper, machine, frame, r, at);
    }

    private static void call(
            HelperFunction helper, BpfMachine machine, int frame, long[] r, int at) {
        machine.enterFrame(frame);
        try {
            r[0] = helper.call(machine, r[1], r[2], r[3], r[4], r[5]);
        } catch (EbpfException e) {
            throw e;
        } catch (RuntimeException e) {
            CallTrapException trap = new CallTrapException(at, "the call failed: " + e);
            trap.addSuppressed(e);
            throw trap;
        }
    }

    private static @Nullable Executable tailCallTarget(BpfMachine machine, long[] r, int at) {
        BpfMap map = machine.runtime().map(r[2]);
        if (map == null) {
            throw new CallTrapException(
                    at, "tail call: r2=0x" + Long.toHexString(r[2]) + " is no pointer to a map");
        }
        return machine.tailCallTarget(map, (int) r[3]);
    }

    Insn insn(int at) {
        return program.insns().get(at);
    }
}
