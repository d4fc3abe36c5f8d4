package io.xdp4j.ebpf.interpreter;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import io.xdp4j.ebpf.EbpfException;
import io.xdp4j.ebpf.helper.HelperFunction;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.ebpf.program.LinkedProgram;
import io.xdp4j.ebpf.vm.BpfMachine;
import io.xdp4j.ebpf.vm.BudgetTrapException;
import io.xdp4j.ebpf.vm.CallTrapException;
import io.xdp4j.ebpf.vm.CheckedMemory;
import io.xdp4j.ebpf.vm.Executable;
import io.xdp4j.ebpf.vm.XdpMd;
import java.lang.foreign.MemorySegment;
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

    // Behind the registers, what the loop seldom needs: variables of its own for them would leave
    // HotSpot
    // without a machine register for the program counter.
    private static final int ROUNDS = REGISTERS;
    private static final int LOWEST = REGISTERS + 1;
    private static final int END = REGISTERS + 2;
    private static final int STACK = REGISTERS + 3;
    private static final int TOP = REGISTERS + 4;
    private static final int STATE = REGISTERS + 5;

    private static final MemorySegment MEMORY = RawMemory.all();
    private static final long LOW = 0xffff_ffffL;

    private final LinkedProgram program;
    private final int[] code;
    private final long[] args;
    private final int[] slots;
    private final @Nullable HelperFunction[] helpers;
    private final @Nullable Executable[] functions;

    private Interpreter(LinkedProgram program, Predecoder decoded) {
        this.program = program;
        this.code = decoded.code;
        this.args = decoded.args;
        this.slots = decoded.slots;
        this.helpers = decoded.helpers;
        this.functions = new Executable[decoded.entries.length];
        for (int slot = 0; slot < functions.length; slot++) {
            if (decoded.entries[slot]) {
                functions[slot] = new Function(this, decoded.place(slot));
            }
        }
    }

    /// A function of the program, by its first step.
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
                    slots[entry],
                    "out of stack after " + frame + " frames (callbacks within callbacks)");
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
        long[] r = new long[STATE];
        r[1] = r1;
        r[2] = r2;
        r[3] = r3;
        r[4] = r4;
        r[5] = r5;
        r[10] = machine.framePointer(frame);
        long left = machine.budgetLeft();
        r[ROUNDS] = MAY_GOTO_ROUNDS;
        r[STACK] = machine.frameBase(frame);
        r[TOP] = r[10];
        notePacket(machine, r);
        int pc = entry;
        int[] code = this.code;
        long[] args = this.args;
        while (true) {
            int at = pc++;
            int word = code[at];
            int d = word & 0xf;
            int s = word >>> 4 & 0xf;
            int t = word >>> 8 & 0xf;
            if (--left < 0) {
                throw new BudgetTrapException(slots[at], machine.budget());
            }
            switch (word >>> 12) {
                case Op.ADD64_K -> r[d] = r[s] + args[at];
                case Op.ADD64_X -> r[d] = r[s] + r[t];
                case Op.SUB64_K -> r[d] = r[s] - args[at];
                case Op.SUB64_X -> r[d] = r[s] - r[t];
                case Op.MUL64_K -> r[d] = r[s] * args[at];
                case Op.MUL64_X -> r[d] = r[s] * r[t];
                case Op.DIV64_K -> r[d] = Arithmetic.div64(r[s], args[at]);
                case Op.DIV64_X -> r[d] = Arithmetic.div64(r[s], r[t]);
                case Op.OR64_K -> r[d] = r[s] | args[at];
                case Op.OR64_X -> r[d] = r[s] | r[t];
                case Op.AND64_K -> r[d] = r[s] & args[at];
                case Op.AND64_X -> r[d] = r[s] & r[t];
                case Op.LSH64_K -> r[d] = r[s] << args[at];
                case Op.LSH64_X -> r[d] = r[s] << r[t];
                case Op.RSH64_K -> r[d] = r[s] >>> args[at];
                case Op.RSH64_X -> r[d] = r[s] >>> r[t];
                case Op.MOD64_K -> r[d] = Arithmetic.mod64(r[s], args[at]);
                case Op.MOD64_X -> r[d] = Arithmetic.mod64(r[s], r[t]);
                case Op.XOR64_K -> r[d] = r[s] ^ args[at];
                case Op.XOR64_X -> r[d] = r[s] ^ r[t];
                case Op.MOV64_K -> r[d] = args[at];
                case Op.MOV64_X -> r[d] = r[s];
                case Op.ARSH64_K -> r[d] = r[s] >> args[at];
                case Op.ARSH64_X -> r[d] = r[s] >> r[t];
                case Op.ADD32_K -> r[d] = r[s] + args[at] & LOW;
                case Op.ADD32_X -> r[d] = r[s] + r[t] & LOW;
                case Op.SUB32_K -> r[d] = r[s] - args[at] & LOW;
                case Op.SUB32_X -> r[d] = r[s] - r[t] & LOW;
                case Op.MUL32_K -> r[d] = r[s] * args[at] & LOW;
                case Op.MUL32_X -> r[d] = r[s] * r[t] & LOW;
                case Op.DIV32_K -> r[d] = Arithmetic.div32((int) r[s], (int) args[at]);
                case Op.DIV32_X -> r[d] = Arithmetic.div32((int) r[s], (int) r[t]);
                case Op.OR32_K -> r[d] = (r[s] | args[at]) & LOW;
                case Op.OR32_X -> r[d] = (r[s] | r[t]) & LOW;
                case Op.AND32_K -> r[d] = r[s] & args[at] & LOW;
                case Op.AND32_X -> r[d] = r[s] & r[t] & LOW;
                case Op.LSH32_K -> r[d] = (int) r[s] << (int) args[at] & LOW;
                case Op.LSH32_X -> r[d] = (int) r[s] << (int) r[t] & LOW;
                case Op.RSH32_K -> r[d] = (int) r[s] >>> (int) args[at] & LOW;
                case Op.RSH32_X -> r[d] = (int) r[s] >>> (int) r[t] & LOW;
                case Op.MOD32_K -> r[d] = Arithmetic.mod32((int) r[s], (int) args[at]);
                case Op.MOD32_X -> r[d] = Arithmetic.mod32((int) r[s], (int) r[t]);
                case Op.XOR32_K -> r[d] = (r[s] ^ args[at]) & LOW;
                case Op.XOR32_X -> r[d] = (r[s] ^ r[t]) & LOW;
                case Op.MOV32_K -> r[d] = args[at] & LOW;
                case Op.MOV32_X -> r[d] = r[s] & LOW;
                case Op.ARSH32_K -> r[d] = (int) r[s] >> (int) args[at] & LOW;
                case Op.ARSH32_X -> r[d] = (int) r[s] >> (int) r[t] & LOW;
                case Op.NEG64 -> r[d] = -r[s];
                case Op.NEG32 -> r[d] = -r[s] & LOW;
                case Op.SDIV64_K -> r[d] = Arithmetic.sdiv64(r[s], args[at]);
                case Op.SDIV64_X -> r[d] = Arithmetic.sdiv64(r[s], r[t]);
                case Op.SDIV32_K -> r[d] = Arithmetic.sdiv32((int) r[s], (int) args[at]);
                case Op.SDIV32_X -> r[d] = Arithmetic.sdiv32((int) r[s], (int) r[t]);
                case Op.SMOD64_K -> r[d] = Arithmetic.smod64(r[s], args[at]);
                case Op.SMOD64_X -> r[d] = Arithmetic.smod64(r[s], r[t]);
                case Op.SMOD32_K -> r[d] = Arithmetic.smod32((int) r[s], (int) args[at]);
                case Op.SMOD32_X -> r[d] = Arithmetic.smod32((int) r[s], (int) r[t]);
                case Op.MOVS8_64 -> r[d] = (byte) r[s];
                case Op.MOVS16_64 -> r[d] = (short) r[s];
                case Op.MOVS32_64 -> r[d] = (int) r[s];
                case Op.MOVS8_32 -> r[d] = (byte) r[s] & LOW;
                case Op.MOVS16_32 -> r[d] = (short) r[s] & LOW;
                case Op.TO_LE -> r[d] = Arithmetic.truncate(r[s], (int) args[at]);
                case Op.TO_BE, Op.BSWAP -> r[d] = Arithmetic.swap(r[s], (int) args[at]);
                case Op.LSH_OR -> r[d] = r[s] << args[at] | r[t];
                case Op.LSH_RSH -> {
                    long widths = args[at];
                    r[d] = r[s] << widths >>> (widths >> 8);
                }
                case Op.LSH_ARSH -> {
                    long widths = args[at];
                    r[d] = r[s] << widths >> (widths >> 8);
                }
                case Op.AND_RSH -> r[d] = (r[s] & r[t]) >>> args[at];
                case Op.SUB_XOR -> r[d] = r[s] - r[t] ^ r[(int) args[at] & 0xf];
                case Op.ADD_JGT -> {
                    long arg = args[at];
                    long sum = r[s] + (arg >> 32);
                    r[d] = sum;
                    if (sum + Long.MIN_VALUE > r[t] + Long.MIN_VALUE) {
                        pc = (int) arg;
                    }
                }
                case Op.JEQ64_K -> {
                    long arg = args[at];
                    if (r[d] == (arg >> 32)) {
                        pc = (int) arg;
                    }
                }
                case Op.JEQ64_X -> {
                    if (r[d] == r[s]) {
                        pc = (int) args[at];
                    }
                }
                case Op.JGT64_K -> {
                    long arg = args[at];
                    if (r[d] + Long.MIN_VALUE > (arg >> 32) + Long.MIN_VALUE) {
                        pc = (int) arg;
                    }
                }
                case Op.JGT64_X -> {
                    if (r[d] + Long.MIN_VALUE > r[s] + Long.MIN_VALUE) {
                        pc = (int) args[at];
                    }
                }
                case Op.JGE64_K -> {
                    long arg = args[at];
                    if (r[d] + Long.MIN_VALUE >= (arg >> 32) + Long.MIN_VALUE) {
                        pc = (int) arg;
                    }
                }
                case Op.JGE64_X -> {
                    if (r[d] + Long.MIN_VALUE >= r[s] + Long.MIN_VALUE) {
                        pc = (int) args[at];
                    }
                }
                case Op.JSET64_K -> {
                    long arg = args[at];
                    if ((r[d] & (arg >> 32)) != 0) {
                        pc = (int) arg;
                    }
                }
                case Op.JSET64_X -> {
                    if ((r[d] & r[s]) != 0) {
                        pc = (int) args[at];
                    }
                }
                case Op.JNE64_K -> {
                    long arg = args[at];
                    if (r[d] != (arg >> 32)) {
                        pc = (int) arg;
                    }
                }
                case Op.JNE64_X -> {
                    if (r[d] != r[s]) {
                        pc = (int) args[at];
                    }
                }
                case Op.JSGT64_K -> {
                    long arg = args[at];
                    if (r[d] > (arg >> 32)) {
                        pc = (int) arg;
                    }
                }
                case Op.JSGT64_X -> {
                    if (r[d] > r[s]) {
                        pc = (int) args[at];
                    }
                }
                case Op.JSGE64_K -> {
                    long arg = args[at];
                    if (r[d] >= (arg >> 32)) {
                        pc = (int) arg;
                    }
                }
                case Op.JSGE64_X -> {
                    if (r[d] >= r[s]) {
                        pc = (int) args[at];
                    }
                }
                case Op.JLT64_K -> {
                    long arg = args[at];
                    if (r[d] + Long.MIN_VALUE < (arg >> 32) + Long.MIN_VALUE) {
                        pc = (int) arg;
                    }
                }
                case Op.JLT64_X -> {
                    if (r[d] + Long.MIN_VALUE < r[s] + Long.MIN_VALUE) {
                        pc = (int) args[at];
                    }
                }
                case Op.JLE64_K -> {
                    long arg = args[at];
                    if (r[d] + Long.MIN_VALUE <= (arg >> 32) + Long.MIN_VALUE) {
                        pc = (int) arg;
                    }
                }
                case Op.JLE64_X -> {
                    if (r[d] + Long.MIN_VALUE <= r[s] + Long.MIN_VALUE) {
                        pc = (int) args[at];
                    }
                }
                case Op.JSLT64_K -> {
                    long arg = args[at];
                    if (r[d] < (arg >> 32)) {
                        pc = (int) arg;
                    }
                }
                case Op.JSLT64_X -> {
                    if (r[d] < r[s]) {
                        pc = (int) args[at];
                    }
                }
                case Op.JSLE64_K -> {
                    long arg = args[at];
                    if (r[d] <= (arg >> 32)) {
                        pc = (int) arg;
                    }
                }
                case Op.JSLE64_X -> {
                    if (r[d] <= r[s]) {
                        pc = (int) args[at];
                    }
                }
                case Op.JEQ32_K -> {
                    long arg = args[at];
                    if ((int) r[d] == (int) (arg >> 32)) {
                        pc = (int) arg;
                    }
                }
                case Op.JEQ32_X -> {
                    if ((int) r[d] == (int) r[s]) {
                        pc = (int) args[at];
                    }
                }
                case Op.JGT32_K -> {
                    long arg = args[at];
                    if ((int) r[d] + Integer.MIN_VALUE > (int) (arg >> 32) + Integer.MIN_VALUE) {
                        pc = (int) arg;
                    }
                }
                case Op.JGT32_X -> {
                    if ((int) r[d] + Integer.MIN_VALUE > (int) r[s] + Integer.MIN_VALUE) {
                        pc = (int) args[at];
                    }
                }
                case Op.JGE32_K -> {
                    long arg = args[at];
                    if ((int) r[d] + Integer.MIN_VALUE >= (int) (arg >> 32) + Integer.MIN_VALUE) {
                        pc = (int) arg;
                    }
                }
                case Op.JGE32_X -> {
                    if ((int) r[d] + Integer.MIN_VALUE >= (int) r[s] + Integer.MIN_VALUE) {
                        pc = (int) args[at];
                    }
                }
                case Op.JSET32_K -> {
                    long arg = args[at];
                    if (((int) r[d] & (int) (arg >> 32)) != 0) {
                        pc = (int) arg;
                    }
                }
                case Op.JSET32_X -> {
                    if (((int) r[d] & (int) r[s]) != 0) {
                        pc = (int) args[at];
                    }
                }
                case Op.JNE32_K -> {
                    long arg = args[at];
                    if ((int) r[d] != (int) (arg >> 32)) {
                        pc = (int) arg;
                    }
                }
                case Op.JNE32_X -> {
                    if ((int) r[d] != (int) r[s]) {
                        pc = (int) args[at];
                    }
                }
                case Op.JSGT32_K -> {
                    long arg = args[at];
                    if ((int) r[d] > (int) (arg >> 32)) {
                        pc = (int) arg;
                    }
                }
                case Op.JSGT32_X -> {
                    if ((int) r[d] > (int) r[s]) {
                        pc = (int) args[at];
                    }
                }
                case Op.JSGE32_K -> {
                    long arg = args[at];
                    if ((int) r[d] >= (int) (arg >> 32)) {
                        pc = (int) arg;
                    }
                }
                case Op.JSGE32_X -> {
                    if ((int) r[d] >= (int) r[s]) {
                        pc = (int) args[at];
                    }
                }
                case Op.JLT32_K -> {
                    long arg = args[at];
                    if ((int) r[d] + Integer.MIN_VALUE < (int) (arg >> 32) + Integer.MIN_VALUE) {
                        pc = (int) arg;
                    }
                }
                case Op.JLT32_X -> {
                    if ((int) r[d] + Integer.MIN_VALUE < (int) r[s] + Integer.MIN_VALUE) {
                        pc = (int) args[at];
                    }
                }
                case Op.JLE32_K -> {
                    long arg = args[at];
                    if ((int) r[d] + Integer.MIN_VALUE <= (int) (arg >> 32) + Integer.MIN_VALUE) {
                        pc = (int) arg;
                    }
                }
                case Op.JLE32_X -> {
                    if ((int) r[d] + Integer.MIN_VALUE <= (int) r[s] + Integer.MIN_VALUE) {
                        pc = (int) args[at];
                    }
                }
                case Op.JSLT32_K -> {
                    long arg = args[at];
                    if ((int) r[d] < (int) (arg >> 32)) {
                        pc = (int) arg;
                    }
                }
                case Op.JSLT32_X -> {
                    if ((int) r[d] < (int) r[s]) {
                        pc = (int) args[at];
                    }
                }
                case Op.JSLE32_K -> {
                    long arg = args[at];
                    if ((int) r[d] <= (int) (arg >> 32)) {
                        pc = (int) arg;
                    }
                }
                case Op.JSLE32_X -> {
                    if ((int) r[d] <= (int) r[s]) {
                        pc = (int) args[at];
                    }
                }
                case Op.JA, Op.GOTOL -> pc = (int) args[at];
                case Op.MAY_GOTO -> {
                    if (r[ROUNDS] == 0) {
                        pc = (int) args[at];
                    } else {
                        r[ROUNDS]--;
                    }
                }
                case Op.FRAME_LOAD32 ->
                        r[d] = LOW & MEMORY.get(JAVA_INT_UNALIGNED, r[10] + args[at]);
                case Op.FRAME_LOAD64 -> r[d] = MEMORY.get(JAVA_LONG_UNALIGNED, r[10] + args[at]);
                case Op.FRAME_STORE_K32 -> {
                    long arg = args[at];
                    MEMORY.set(JAVA_INT_UNALIGNED, r[10] + (int) arg, (int) (arg >> 32));
                }
                case Op.FRAME_STORE_X32 ->
                        MEMORY.set(JAVA_INT_UNALIGNED, r[10] + (int) args[at], (int) r[s]);
                case Op.FRAME_STORE_K64 -> {
                    long arg = args[at];
                    MEMORY.set(JAVA_LONG_UNALIGNED, r[10] + (int) arg, arg >> 32);
                }
                case Op.FRAME_STORE_X64 ->
                        MEMORY.set(JAVA_LONG_UNALIGNED, r[10] + (int) args[at], r[s]);
                case Op.LOAD8 -> {
                    long address = r[s] + args[at];
                    r[d] =
                            (address >= r[LOWEST] && address <= r[END] - 1)
                                            || (address >= r[STACK] && address <= r[TOP] - 1)
                                    ? 0xffL & MEMORY.get(JAVA_BYTE, address)
                                    : memory.loadU8(address, slots[at]);
                }
                case Op.LOAD16 -> {
                    long address = r[s] + args[at];
                    r[d] =
                            (address >= r[LOWEST] && address <= r[END] - 2)
                                            || (address >= r[STACK] && address <= r[TOP] - 2)
                                    ? 0xffffL & MEMORY.get(JAVA_SHORT_UNALIGNED, address)
                                    : memory.loadU16(address, slots[at]);
                }
                case Op.LOAD32 -> {
                    long address = r[s] + args[at];
                    r[d] =
                            (address >= r[LOWEST] && address <= r[END] - 4)
                                            || (address >= r[STACK] && address <= r[TOP] - 4)
                                    ? LOW & MEMORY.get(JAVA_INT_UNALIGNED, address)
                                    : memory.loadU32(address, slots[at]);
                }
                case Op.LOAD64 -> {
                    long address = r[s] + args[at];
                    r[d] =
                            (address >= r[LOWEST] && address <= r[END] - 8)
                                            || (address >= r[STACK] && address <= r[TOP] - 8)
                                    ? MEMORY.get(JAVA_LONG_UNALIGNED, address)
                                    : memory.load64(address, slots[at]);
                }
                case Op.LOADS8 -> r[d] = memory.loadSigned8(r[s] + args[at], slots[at]);
                case Op.LOADS16 -> r[d] = memory.loadSigned16(r[s] + args[at], slots[at]);
                case Op.LOADS32 -> r[d] = memory.loadSigned32(r[s] + args[at], slots[at]);
                case Op.STORE_K8, Op.STORE_X8 -> {
                    long arg = args[at];
                    long address = r[d] + (int) arg;
                    long value = word >>> 12 == Op.STORE_K8 ? arg >> 32 : r[s];
                    if ((address >= r[LOWEST] && address <= r[END] - 1)
                            || (address >= r[STACK] && address <= r[TOP] - 1)) {
                        MEMORY.set(JAVA_BYTE, address, (byte) value);
                    } else {
                        memory.store8(address, value, slots[at]);
                    }
                }
                case Op.STORE_K16, Op.STORE_X16 -> {
                    long arg = args[at];
                    long address = r[d] + (int) arg;
                    long value = word >>> 12 == Op.STORE_K16 ? arg >> 32 : r[s];
                    if ((address >= r[LOWEST] && address <= r[END] - 2)
                            || (address >= r[STACK] && address <= r[TOP] - 2)) {
                        MEMORY.set(JAVA_SHORT_UNALIGNED, address, (short) value);
                    } else {
                        memory.store16(address, value, slots[at]);
                    }
                }
                case Op.STORE_K32, Op.STORE_X32 -> {
                    long arg = args[at];
                    long address = r[d] + (int) arg;
                    long value = word >>> 12 == Op.STORE_K32 ? arg >> 32 : r[s];
                    if ((address >= r[LOWEST] && address <= r[END] - 4)
                            || (address >= r[STACK] && address <= r[TOP] - 4)) {
                        MEMORY.set(JAVA_INT_UNALIGNED, address, (int) value);
                    } else {
                        memory.store32(address, value, slots[at]);
                    }
                }
                case Op.STORE_K64, Op.STORE_X64 -> {
                    long arg = args[at];
                    long address = r[d] + (int) arg;
                    long value = word >>> 12 == Op.STORE_K64 ? arg >> 32 : r[s];
                    if ((address >= r[LOWEST] && address <= r[END] - 8)
                            || (address >= r[STACK] && address <= r[TOP] - 8)) {
                        MEMORY.set(JAVA_LONG_UNALIGNED, address, value);
                    } else {
                        memory.store64(address, value, slots[at]);
                    }
                }
                case Op.ATOMIC8, Op.ATOMIC16, Op.ATOMIC32, Op.ATOMIC64 ->
                        Atomics.run(memory, word, args[at], r, slots[at]);
                case Op.CALL_HELPER -> {
                    machine.setBudgetLeft(left);
                    callHelper(machine, frame, r, at);
                    left = machine.budgetLeft();
                    notePacket(machine, r);
                }
                case Op.CALL_LOCAL -> {
                    machine.setBudgetLeft(left);
                    callLocal(machine, frame, depth, r, at);
                    left = machine.budgetLeft();
                    notePacket(machine, r);
                }
                case Op.CALL_REGISTER -> {
                    machine.setBudgetLeft(left);
                    callRegister(machine, frame, r, d, at);
                    left = machine.budgetLeft();
                    notePacket(machine, r);
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
                                program.name() + ": insn " + slots[at] + ": not decoded");
            }
        }
    }

    private static void notePacket(BpfMachine machine, long[] r) {
        XdpMd packet = machine.xdpOrNull();
        r[LOWEST] = packet == null ? Long.MAX_VALUE : packet.dataMeta();
        r[END] = packet == null ? 0 : packet.dataEnd();
    }

    // ---- calls

    private void callLocal(BpfMachine machine, int frame, int depth, long[] r, int at) {
        if (depth + 1 == BpfMachine.MAX_CALL_FRAMES) {
            throw new CallTrapException(
                    slots[at],
                    "the call stack of "
                            + (BpfMachine.MAX_CALL_FRAMES + 1)
                            + " frames is too deep (expected: at most "
                            + BpfMachine.MAX_CALL_FRAMES
                            + ")");
        }
        r[0] = enter(machine, frame + 1, depth + 1, (int) args[at], r[1], r[2], r[3], r[4], r[5]);
    }

    private void callHelper(BpfMachine machine, int frame, long[] r, int at) {
        HelperFunction helper = helpers[at];
        if (helper == null) {
            throw new IllegalStateException(
                    program.name() + ": insn " + slots[at] + ": not decoded");
        }
        call(helper, machine, frame, r, slots[at]);
    }

    /// `callx`: a function's handle, or the number of a helper.
    private void callRegister(BpfMachine machine, int frame, long[] r, int d, int at) {
        Executable function = machine.runtime().function(r[d]);
        if (function != null) {
            r[0] = function.call(machine, frame + 1, r[1], r[2], r[3], r[4], r[5]);
            return;
        }
        HelperFunction helper = Predecoder.helperByNumber(program, r[d], slots[at]);
        call(helper, machine, frame, r, slots[at]);
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

    private @Nullable Executable tailCallTarget(BpfMachine machine, long[] r, int at) {
        BpfMap map = machine.runtime().map(r[2]);
        if (map == null) {
            throw new CallTrapException(
                    slots[at],
                    "tail call: r2=0x" + Long.toHexString(r[2]) + " is no pointer to a map");
        }
        return machine.tailCallTarget(map, (int) r[3]);
    }
}
