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
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/// A program that is run one instruction at a time, each access checked.
///
/// Runs what nobody verified as well: whatever the instructions, a run ends with a result or a
/// [TrapException], the latter also when the machine's budget of instructions is used up.
///
/// Longer than a file should be, for one mechanism: the loop's one switch has a case for each operation,
/// and the cases look alike because each takes its own word apart. What they share, HotSpot would
/// compute before the switch, for all of them. What runs seldom is in [Rare].
///
/// Thread: any; one machine's runs never overlap.
/// Kernel: `___bpf_prog_run`.
public final class Interpreter {
    /// Rounds that the `may_goto` instructions of one function call allow (`BPF_MAX_LOOPS`).
    static final int MAY_GOTO_ROUNDS = 8 * 1024 * 1024;

    /// Registers, rounded up so that a masked number is always an index.
    private static final int REGISTERS = 16;

    // Behind the registers, what the loop seldom needs: variables of its own for them would leave
    // HotSpot without a machine register for the program counter.
    static final int ROUNDS = REGISTERS;
    private static final int LOWEST = REGISTERS + 1;
    private static final int END = REGISTERS + 2;
    private static final int STACK = REGISTERS + 3;
    private static final int TOP = REGISTERS + 4;
    private static final int STATE = REGISTERS + 5;

    private static final MemorySegment MEMORY = RawMemory.all();
    private static final VarHandle BYTES = JAVA_BYTE.varHandle();
    private static final VarHandle SHORTS = JAVA_SHORT_UNALIGNED.varHandle();
    private static final VarHandle INTS = JAVA_INT_UNALIGNED.varHandle();
    private static final VarHandle LONGS = JAVA_LONG_UNALIGNED.varHandle();
    private static final long LOW = 0xffff_ffffL;

    private final LinkedProgram program;
    private final int[] ops;
    private final long[] args;
    private final long[] constants;
    private final int[] slots;
    private final @Nullable HelperFunction[] helpers;
    private final @Nullable Executable[] functions;

    private Interpreter(LinkedProgram program, Predecoder decoded) {
        this.program = program;
        this.ops = decoded.ops;
        this.constants = decoded.constants();
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

    /// The switch over the operations that programs often meet. Longer than a method should be: HotSpot
    /// turns one switch into one jump table, and calling a method per operation costs more than most
    /// operations do. The registers are made here, as their length must be known to spare the checks of
    /// their numbers.
    ///
    /// Each operation takes its [Step#word] and its registers' numbers apart itself: what several have
    /// in common, HotSpot computes before the switch for all of them, and keeps in memory, as the loop
    /// has calls. For the same reason what is rare is not here: HotSpot stops inlining once a method has
    /// grown past 8000 bytes of bytecode.
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
        int[] ops = this.ops;
        long[] args = this.args;
        while (true) {
            int at = pc++;
            if (--left < 0) {
                throw new BudgetTrapException(slots[at], machine.budget());
            }
            switch (ops[at]) {
                case Op.ADD64_K -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = r[(int) arg >> 4 & 0xf] + (arg >> 32);
                }
                case Op.ADD64_X -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = r[(int) arg >> 4 & 0xf] + r[(int) arg >> 8 & 0xf];
                }
                case Op.SUB64_K -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = r[(int) arg >> 4 & 0xf] - (arg >> 32);
                }
                case Op.SUB64_X -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = r[(int) arg >> 4 & 0xf] - r[(int) arg >> 8 & 0xf];
                }
                case Op.MUL64_K -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = r[(int) arg >> 4 & 0xf] * (arg >> 32);
                }
                case Op.MUL64_X -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = r[(int) arg >> 4 & 0xf] * r[(int) arg >> 8 & 0xf];
                }
                case Op.OR64_K -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = r[(int) arg >> 4 & 0xf] | (arg >> 32);
                }
                case Op.OR64_X -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = r[(int) arg >> 4 & 0xf] | r[(int) arg >> 8 & 0xf];
                }
                case Op.AND64_K -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = r[(int) arg >> 4 & 0xf] & (arg >> 32);
                }
                case Op.AND64_X -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = r[(int) arg >> 4 & 0xf] & r[(int) arg >> 8 & 0xf];
                }
                case Op.LSH64_K -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = r[(int) arg >> 4 & 0xf] << (arg >> 32);
                }
                case Op.LSH64_X -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = r[(int) arg >> 4 & 0xf] << r[(int) arg >> 8 & 0xf];
                }
                case Op.RSH64_K -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = r[(int) arg >> 4 & 0xf] >>> (arg >> 32);
                }
                case Op.RSH64_X -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = r[(int) arg >> 4 & 0xf] >>> r[(int) arg >> 8 & 0xf];
                }
                case Op.XOR64_K -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = r[(int) arg >> 4 & 0xf] ^ (arg >> 32);
                }
                case Op.XOR64_X -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = r[(int) arg >> 4 & 0xf] ^ r[(int) arg >> 8 & 0xf];
                }
                case Op.ARSH64_K -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = r[(int) arg >> 4 & 0xf] >> (arg >> 32);
                }
                case Op.DIV64_X -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] =
                            Arithmetic.div64(r[(int) arg >> 4 & 0xf], r[(int) arg >> 8 & 0xf]);
                }
                case Op.MOV64_K -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = (arg >> 32);
                }
                case Op.MOV64_X -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = r[(int) arg >> 4 & 0xf];
                }
                case Op.MOV_WIDE -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = constants[(int) (arg >> 32)];
                }
                case Op.ADD32_K -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = r[(int) arg >> 4 & 0xf] + (arg >> 32) & LOW;
                }
                case Op.ADD32_X -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = r[(int) arg >> 4 & 0xf] + r[(int) arg >> 8 & 0xf] & LOW;
                }
                case Op.SUB32_K -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = r[(int) arg >> 4 & 0xf] - (arg >> 32) & LOW;
                }
                case Op.SUB32_X -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = r[(int) arg >> 4 & 0xf] - r[(int) arg >> 8 & 0xf] & LOW;
                }
                case Op.MUL32_K -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = r[(int) arg >> 4 & 0xf] * (arg >> 32) & LOW;
                }
                case Op.MUL32_X -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = r[(int) arg >> 4 & 0xf] * r[(int) arg >> 8 & 0xf] & LOW;
                }
                case Op.OR32_K -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = (r[(int) arg >> 4 & 0xf] | (arg >> 32)) & LOW;
                }
                case Op.OR32_X -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = (r[(int) arg >> 4 & 0xf] | r[(int) arg >> 8 & 0xf]) & LOW;
                }
                case Op.AND32_K -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = (r[(int) arg >> 4 & 0xf] & (arg >> 32)) & LOW;
                }
                case Op.AND32_X -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = (r[(int) arg >> 4 & 0xf] & r[(int) arg >> 8 & 0xf]) & LOW;
                }
                case Op.XOR32_K -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = (r[(int) arg >> 4 & 0xf] ^ (arg >> 32)) & LOW;
                }
                case Op.XOR32_X -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = (r[(int) arg >> 4 & 0xf] ^ r[(int) arg >> 8 & 0xf]) & LOW;
                }
                case Op.LSH32_K -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = (int) r[(int) arg >> 4 & 0xf] << (int) (arg >> 32) & LOW;
                }
                case Op.LSH32_X -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] =
                            (int) r[(int) arg >> 4 & 0xf] << (int) r[(int) arg >> 8 & 0xf] & LOW;
                }
                case Op.RSH32_K -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = (int) r[(int) arg >> 4 & 0xf] >>> (int) (arg >> 32) & LOW;
                }
                case Op.RSH32_X -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] =
                            (int) r[(int) arg >> 4 & 0xf] >>> (int) r[(int) arg >> 8 & 0xf] & LOW;
                }
                case Op.MOV32_K -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = (arg >> 32) & LOW;
                }
                case Op.MOV32_X -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = r[(int) arg >> 4 & 0xf] & LOW;
                }
                case Op.TO_BE, Op.BSWAP -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] =
                            Arithmetic.swap(r[(int) arg >> 4 & 0xf], (int) (arg >> 32));
                }
                case Op.LSH_OR -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] =
                            r[(int) arg >> 4 & 0xf] << (arg >> 32) | r[(int) arg >> 8 & 0xf];
                }
                case Op.LSH_RSH -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = r[(int) arg >> 4 & 0xf] << (arg >> 16) >>> (arg >> 32);
                }
                case Op.LSH_ARSH -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = r[(int) arg >> 4 & 0xf] << (arg >> 16) >> (arg >> 32);
                }
                case Op.AND_RSH -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] =
                            (r[(int) arg >> 4 & 0xf] & r[(int) arg >> 8 & 0xf]) >>> (arg >> 32);
                }
                case Op.SUB_XOR -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] =
                            r[(int) arg >> 4 & 0xf] - r[(int) arg >> 8 & 0xf]
                                    ^ r[(int) arg >> 12 & 0xf];
                }
                case Op.MASK_RSH -> {
                    long arg = args[at];
                    long mask = arg >>> 32;
                    long upper = (r[(int) arg >> 4 & 0xf] & mask) >>> (arg >> 16);
                    r[(int) arg >> 8 & 0xf] = mask;
                    r[(int) arg & 0xf] = upper;
                }
                case Op.ROTATE -> {
                    long arg = args[at];
                    long mask = arg >>> 32;
                    long from = r[(int) arg >> 4 & 0xf];
                    long upper = (from & mask) >>> (arg >> 16);
                    r[(int) arg >> 8 & 0xf] = mask;
                    r[(int) arg >> 12 & 0xf] = upper;
                    r[(int) arg & 0xf] = from << (arg >> 24) | upper;
                }
                case Op.ROTATE_ADD_SUB_XOR -> {
                    long arg = args[at];
                    int more = (int) (arg >> 32);
                    long mask = LOW << (more >> 20) & LOW;
                    long from = r[(int) arg >> 4 & 0xf];
                    long upper = (from & mask) >>> (more >> 20);
                    r[(int) arg >> 8 & 0xf] = mask;
                    r[(int) arg >> 12 & 0xf] = upper;
                    long rotated = from << (more >> 26) | upper;
                    r[(int) arg & 0xf] = rotated;
                    r[more & 0xf] += r[more >> 4 & 0xf];
                    r[more >> 8 & 0xf] = r[more >> 8 & 0xf] - r[more >> 12 & 0xf] ^ rotated;
                }
                case Op.ADD_SUB_XOR -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = r[(int) arg >> 4 & 0xf] + r[(int) arg >> 8 & 0xf];
                    r[(int) arg >> 12 & 0xf] =
                            r[(int) arg >> 12 & 0xf] - r[(int) arg >> 16 & 0xf]
                                    ^ r[(int) arg >> 20 & 0xf];
                }
                case Op.LSH_AND -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = r[(int) arg >> 4 & 0xf] << (arg >> 16) & (arg >> 32);
                }
                case Op.ADD_ADD -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = r[(int) arg >> 4 & 0xf] + r[(int) arg >> 8 & 0xf];
                    r[(int) arg >> 12 & 0xf] = r[(int) arg >> 16 & 0xf] + (arg >> 32);
                }
                case Op.ADD_JGT -> {
                    long arg = args[at];
                    long sum = r[(int) arg >> 4 & 0xf] + (arg >> 32);
                    r[(int) arg & 0xf] = sum;
                    if (sum + Long.MIN_VALUE > r[(int) arg >> 8 & 0xf] + Long.MIN_VALUE) {
                        pc += (short) (arg >> 16);
                    }
                }
                case Op.ADD_ADD_JGT -> {
                    long arg = args[at];
                    long place = r[(int) arg >> 4 & 0xf] + r[(int) arg >> 8 & 0xf];
                    r[(int) arg & 0xf] = place;
                    long end = place + (arg >> 36);
                    r[(int) arg >> 12 & 0xf] = end;
                    if (end + Long.MIN_VALUE > r[(int) (arg >> 32) & 0xf] + Long.MIN_VALUE) {
                        pc += (short) (arg >> 16);
                    }
                }
                case Op.AND_JEQ -> {
                    long arg = args[at];
                    long field = r[(int) arg & 0xf] & arg >>> 48;
                    r[(int) arg & 0xf] = field;
                    if (field == ((arg >> 32) & 0xffff)) {
                        pc += (short) (arg >> 16);
                    }
                }
                case Op.AND_JNE -> {
                    long arg = args[at];
                    long field = r[(int) arg & 0xf] & arg >>> 48;
                    r[(int) arg & 0xf] = field;
                    if (field != ((arg >> 32) & 0xffff)) {
                        pc += (short) (arg >> 16);
                    }
                }
                case Op.MOV_MOV -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = (short) (arg >> 16);
                    r[(int) arg >> 4 & 0xf] = (arg >> 32);
                }
                case Op.MOV_JGT -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = (arg >> 32);
                    if (r[(int) arg >> 4 & 0xf] + Long.MIN_VALUE
                            > r[(int) arg >> 8 & 0xf] + Long.MIN_VALUE) {
                        pc += (short) (arg >> 16);
                    }
                }
                case Op.MOV_K_JEQ -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = (byte) (arg >> 8);
                    if (r[(int) arg >> 4 & 0xf] == (arg >> 32)) {
                        pc += (short) (arg >> 16);
                    }
                }
                case Op.MOV_K_JNE -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = (byte) (arg >> 8);
                    if (r[(int) arg >> 4 & 0xf] != (arg >> 32)) {
                        pc += (short) (arg >> 16);
                    }
                }
                case Op.MOV_X_JEQ -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = r[(int) arg >> 4 & 0xf];
                    if (r[(int) arg >> 8 & 0xf] == (arg >> 32)) {
                        pc += (short) (arg >> 16);
                    }
                }
                case Op.MOV_X_JNE -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = r[(int) arg >> 4 & 0xf];
                    if (r[(int) arg >> 8 & 0xf] != (arg >> 32)) {
                        pc += (short) (arg >> 16);
                    }
                }
                case Op.MOV_JA -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = r[(int) arg >> 4 & 0xf];
                    pc += (short) (arg >> 16);
                }
                case Op.MOV_EXIT -> {
                    machine.setBudgetLeft(left);
                    return args[at] >> 32;
                }
                case Op.COUNT_K -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] =
                            memory.increase64(
                                    r[(int) arg >> 4 & 0xf] + (short) (arg >> 16),
                                    arg >> 32,
                                    slots[at]);
                }
                case Op.COUNT_X -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] =
                            memory.increase64(
                                    r[(int) arg >> 4 & 0xf] + (short) (arg >> 16),
                                    r[(int) arg >> 8 & 0xf],
                                    slots[at]);
                }
                case Op.LOAD_LOW_HIGH -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] =
                            load8(
                                    memory,
                                    r,
                                    r[(int) arg >> 4 & 0xf] + (short) (arg >> 16),
                                    slots[at]);
                    long high =
                            load8(
                                    memory,
                                    r,
                                    r[(int) arg >> 12 & 0xf] + (short) (arg >> 32),
                                    slots[at] + 1);
                    r[(int) arg >> 8 & 0xf] = high << (arg >> 48) | r[(int) arg & 0xf];
                }
                case Op.LOAD_HIGH_LOW -> {
                    long arg = args[at];
                    long high =
                            load8(
                                            memory,
                                            r,
                                            r[(int) arg >> 4 & 0xf] + (short) (arg >> 16),
                                            slots[at])
                                    << (arg >> 48);
                    long low =
                            load8(
                                    memory,
                                    r,
                                    r[(int) arg >> 12 & 0xf] + (short) (arg >> 32),
                                    slots[at] + 2);
                    r[(int) arg & 0xf] = high | low;
                    r[(int) arg >> 8 & 0xf] = low;
                }
                case Op.LOAD8_AND -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] =
                            load8(
                                    memory,
                                    r,
                                    r[(int) arg >> 4 & 0xf] + (short) (arg >> 16),
                                    slots[at]);
                    r[(int) arg >> 8 & 0xf] = r[(int) arg >> 12 & 0xf] & (arg >> 32);
                }
                case Op.LOAD8_STORE -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] =
                            load8(
                                    memory,
                                    r,
                                    r[(int) arg >> 4 & 0xf] + (short) (arg >> 16),
                                    slots[at]);
                    store8(
                            memory,
                            r,
                            r[(int) arg >> 8 & 0xf] + (arg >> 32),
                            r[(int) arg >> 12 & 0xf],
                            slots[at] + 1);
                }
                case Op.RSH_STORE8 -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = r[(int) arg >> 4 & 0xf] >>> (arg >> 32);
                    store8(
                            memory,
                            r,
                            r[(int) arg >> 8 & 0xf] + (short) (arg >> 16),
                            r[(int) arg >> 12 & 0xf],
                            slots[at] + (int) (arg >> 40));
                }
                case Op.LOAD32_LOAD32 -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] =
                            load32(
                                    memory,
                                    r,
                                    r[(int) arg >> 4 & 0xf] + (short) (arg >> 16),
                                    slots[at]);
                    r[(int) arg >> 8 & 0xf] =
                            load32(
                                    memory,
                                    r,
                                    r[(int) arg >> 12 & 0xf] + (arg >> 32),
                                    slots[at] + 1);
                }
                case Op.LOAD32_FRAME_STORE -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] =
                            load32(
                                    memory,
                                    r,
                                    r[(int) arg >> 4 & 0xf] + (short) (arg >> 16),
                                    slots[at]);
                    INTS.set(MEMORY, r[10] + (arg >> 32), (int) r[(int) arg >> 8 & 0xf]);
                }
                case Op.FRAME_STORES32 -> {
                    long arg = args[at];
                    INTS.set(MEMORY, r[10] + (short) (arg >> 16), (int) r[(int) arg >> 4 & 0xf]);
                    INTS.set(MEMORY, r[10] + (arg >> 32), (int) r[(int) arg >> 8 & 0xf]);
                }
                case Op.FRAME_STORES64 -> {
                    long arg = args[at];
                    LONGS.set(MEMORY, r[10] + (short) (arg >> 16), r[(int) arg >> 4 & 0xf]);
                    LONGS.set(MEMORY, r[10] + (arg >> 32), r[(int) arg >> 8 & 0xf]);
                }
                case Op.JEQ64_K -> {
                    long arg = args[at];
                    if (r[(int) arg & 0xf] == (arg >> 32)) {
                        pc += (short) (arg >> 16);
                    }
                }
                case Op.JEQ64_X -> {
                    long arg = args[at];
                    if (r[(int) arg & 0xf] == r[(int) arg >> 4 & 0xf]) {
                        pc += (short) (arg >> 16);
                    }
                }
                case Op.JGT64_K -> {
                    long arg = args[at];
                    if (r[(int) arg & 0xf] + Long.MIN_VALUE > (arg >> 32) + Long.MIN_VALUE) {
                        pc += (short) (arg >> 16);
                    }
                }
                case Op.JGT64_X -> {
                    long arg = args[at];
                    if (r[(int) arg & 0xf] + Long.MIN_VALUE
                            > r[(int) arg >> 4 & 0xf] + Long.MIN_VALUE) {
                        pc += (short) (arg >> 16);
                    }
                }
                case Op.JGE64_K -> {
                    long arg = args[at];
                    if (r[(int) arg & 0xf] + Long.MIN_VALUE >= (arg >> 32) + Long.MIN_VALUE) {
                        pc += (short) (arg >> 16);
                    }
                }
                case Op.JGE64_X -> {
                    long arg = args[at];
                    if (r[(int) arg & 0xf] + Long.MIN_VALUE
                            >= r[(int) arg >> 4 & 0xf] + Long.MIN_VALUE) {
                        pc += (short) (arg >> 16);
                    }
                }
                case Op.JNE64_K -> {
                    long arg = args[at];
                    if (r[(int) arg & 0xf] != (arg >> 32)) {
                        pc += (short) (arg >> 16);
                    }
                }
                case Op.JNE64_X -> {
                    long arg = args[at];
                    if (r[(int) arg & 0xf] != r[(int) arg >> 4 & 0xf]) {
                        pc += (short) (arg >> 16);
                    }
                }
                case Op.JLT64_K -> {
                    long arg = args[at];
                    if (r[(int) arg & 0xf] + Long.MIN_VALUE < (arg >> 32) + Long.MIN_VALUE) {
                        pc += (short) (arg >> 16);
                    }
                }
                case Op.JLT64_X -> {
                    long arg = args[at];
                    if (r[(int) arg & 0xf] + Long.MIN_VALUE
                            < r[(int) arg >> 4 & 0xf] + Long.MIN_VALUE) {
                        pc += (short) (arg >> 16);
                    }
                }
                case Op.JLE64_K -> {
                    long arg = args[at];
                    if (r[(int) arg & 0xf] + Long.MIN_VALUE <= (arg >> 32) + Long.MIN_VALUE) {
                        pc += (short) (arg >> 16);
                    }
                }
                case Op.JLE64_X -> {
                    long arg = args[at];
                    if (r[(int) arg & 0xf] + Long.MIN_VALUE
                            <= r[(int) arg >> 4 & 0xf] + Long.MIN_VALUE) {
                        pc += (short) (arg >> 16);
                    }
                }
                case Op.JEQ32_K -> {
                    long arg = args[at];
                    if ((int) r[(int) arg & 0xf] == (int) (arg >> 32)) {
                        pc += (short) (arg >> 16);
                    }
                }
                case Op.JEQ32_X -> {
                    long arg = args[at];
                    if ((int) r[(int) arg & 0xf] == (int) r[(int) arg >> 4 & 0xf]) {
                        pc += (short) (arg >> 16);
                    }
                }
                case Op.JGT32_K -> {
                    long arg = args[at];
                    if ((int) r[(int) arg & 0xf] + Integer.MIN_VALUE
                            > (int) (arg >> 32) + Integer.MIN_VALUE) {
                        pc += (short) (arg >> 16);
                    }
                }
                case Op.JGT32_X -> {
                    long arg = args[at];
                    if ((int) r[(int) arg & 0xf] + Integer.MIN_VALUE
                            > (int) r[(int) arg >> 4 & 0xf] + Integer.MIN_VALUE) {
                        pc += (short) (arg >> 16);
                    }
                }
                case Op.JGE32_K -> {
                    long arg = args[at];
                    if ((int) r[(int) arg & 0xf] + Integer.MIN_VALUE
                            >= (int) (arg >> 32) + Integer.MIN_VALUE) {
                        pc += (short) (arg >> 16);
                    }
                }
                case Op.JGE32_X -> {
                    long arg = args[at];
                    if ((int) r[(int) arg & 0xf] + Integer.MIN_VALUE
                            >= (int) r[(int) arg >> 4 & 0xf] + Integer.MIN_VALUE) {
                        pc += (short) (arg >> 16);
                    }
                }
                case Op.JNE32_K -> {
                    long arg = args[at];
                    if ((int) r[(int) arg & 0xf] != (int) (arg >> 32)) {
                        pc += (short) (arg >> 16);
                    }
                }
                case Op.JNE32_X -> {
                    long arg = args[at];
                    if ((int) r[(int) arg & 0xf] != (int) r[(int) arg >> 4 & 0xf]) {
                        pc += (short) (arg >> 16);
                    }
                }
                case Op.JLT32_K -> {
                    long arg = args[at];
                    if ((int) r[(int) arg & 0xf] + Integer.MIN_VALUE
                            < (int) (arg >> 32) + Integer.MIN_VALUE) {
                        pc += (short) (arg >> 16);
                    }
                }
                case Op.JLT32_X -> {
                    long arg = args[at];
                    if ((int) r[(int) arg & 0xf] + Integer.MIN_VALUE
                            < (int) r[(int) arg >> 4 & 0xf] + Integer.MIN_VALUE) {
                        pc += (short) (arg >> 16);
                    }
                }
                case Op.JLE32_K -> {
                    long arg = args[at];
                    if ((int) r[(int) arg & 0xf] + Integer.MIN_VALUE
                            <= (int) (arg >> 32) + Integer.MIN_VALUE) {
                        pc += (short) (arg >> 16);
                    }
                }
                case Op.JLE32_X -> {
                    long arg = args[at];
                    if ((int) r[(int) arg & 0xf] + Integer.MIN_VALUE
                            <= (int) r[(int) arg >> 4 & 0xf] + Integer.MIN_VALUE) {
                        pc += (short) (arg >> 16);
                    }
                }
                case Op.JA -> pc += (short) (args[at] >> 16);
                case Op.GOTOL -> pc = (int) (args[at] >> 32);
                case Op.FRAME_LOAD32 -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = LOW & (int) INTS.get(MEMORY, r[10] + (short) (arg >> 16));
                }
                case Op.FRAME_LOAD64 -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] = (long) LONGS.get(MEMORY, r[10] + (short) (arg >> 16));
                }
                case Op.FRAME_STORE_X32 -> {
                    long arg = args[at];
                    INTS.set(MEMORY, r[10] + (short) (arg >> 16), (int) r[(int) arg >> 4 & 0xf]);
                }
                case Op.FRAME_STORE_X64 -> {
                    long arg = args[at];
                    LONGS.set(MEMORY, r[10] + (short) (arg >> 16), r[(int) arg >> 4 & 0xf]);
                }
                case Op.LOAD8 -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] =
                            load8(
                                    memory,
                                    r,
                                    r[(int) arg >> 4 & 0xf] + (short) (arg >> 16),
                                    slots[at]);
                }
                case Op.LOAD16 -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] =
                            load16(
                                    memory,
                                    r,
                                    r[(int) arg >> 4 & 0xf] + (short) (arg >> 16),
                                    slots[at]);
                }
                case Op.LOAD32 -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] =
                            load32(
                                    memory,
                                    r,
                                    r[(int) arg >> 4 & 0xf] + (short) (arg >> 16),
                                    slots[at]);
                }
                case Op.LOAD64 -> {
                    long arg = args[at];
                    r[(int) arg & 0xf] =
                            load64(
                                    memory,
                                    r,
                                    r[(int) arg >> 4 & 0xf] + (short) (arg >> 16),
                                    slots[at]);
                }
                case Op.STORE_X8 -> {
                    long arg = args[at];
                    store8(
                            memory,
                            r,
                            r[(int) arg & 0xf] + (short) (arg >> 16),
                            r[(int) arg >> 4 & 0xf],
                            slots[at]);
                }
                case Op.STORE_X16 -> {
                    long arg = args[at];
                    store16(
                            memory,
                            r,
                            r[(int) arg & 0xf] + (short) (arg >> 16),
                            r[(int) arg >> 4 & 0xf],
                            slots[at]);
                }
                case Op.STORE_X32 -> {
                    long arg = args[at];
                    store32(
                            memory,
                            r,
                            r[(int) arg & 0xf] + (short) (arg >> 16),
                            r[(int) arg >> 4 & 0xf],
                            slots[at]);
                }
                case Op.STORE_X64 -> {
                    long arg = args[at];
                    store64(
                            memory,
                            r,
                            r[(int) arg & 0xf] + (short) (arg >> 16),
                            r[(int) arg >> 4 & 0xf],
                            slots[at]);
                }
                case Op.CALL_HELPER, Op.CALL_LOCAL, Op.CALL_REGISTER, Op.CALL_WITH_KEY -> {
                    machine.setBudgetLeft(left);
                    pc += call(machine, frame, depth, r, at);
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
                default -> pc = Rare.run(memory, r, ops[at], args[at], slots[at], pc);
            }
        }
    }

    private static long load8(CheckedMemory memory, long[] r, long address, int slot) {
        return isNear(r, address, 1)
                ? 0xffL & (byte) BYTES.get(MEMORY, address)
                : memory.loadU8(address, slot);
    }

    private static long load16(CheckedMemory memory, long[] r, long address, int slot) {
        return isNear(r, address, 2)
                ? 0xffffL & (short) SHORTS.get(MEMORY, address)
                : memory.loadU16(address, slot);
    }

    private static long load32(CheckedMemory memory, long[] r, long address, int slot) {
        return isNear(r, address, 4)
                ? LOW & (int) INTS.get(MEMORY, address)
                : memory.loadU32(address, slot);
    }

    private static long load64(CheckedMemory memory, long[] r, long address, int slot) {
        return isNear(r, address, 8)
                ? (long) LONGS.get(MEMORY, address)
                : memory.load64(address, slot);
    }

    private static void store8(CheckedMemory memory, long[] r, long address, long value, int slot) {
        if (isNear(r, address, 1)) {
            BYTES.set(MEMORY, address, (byte) value);
        } else {
            memory.store8(address, value, slot);
        }
    }

    private static void store16(
            CheckedMemory memory, long[] r, long address, long value, int slot) {
        if (isNear(r, address, 2)) {
            SHORTS.set(MEMORY, address, (short) value);
        } else {
            memory.store16(address, value, slot);
        }
    }

    private static void store32(
            CheckedMemory memory, long[] r, long address, long value, int slot) {
        if (isNear(r, address, 4)) {
            INTS.set(MEMORY, address, (int) value);
        } else {
            memory.store32(address, value, slot);
        }
    }

    private static void store64(
            CheckedMemory memory, long[] r, long address, long value, int slot) {
        if (isNear(r, address, 8)) {
            LONGS.set(MEMORY, address, value);
        } else {
            memory.store64(address, value, slot);
        }
    }

    /// Whether the bytes are of the packet or of the function's own frame.
    private static boolean isNear(long[] r, long address, int size) {
        return (address >= r[LOWEST] && address <= r[END] - size)
                || (address >= r[STACK] && address <= r[TOP] - size);
    }

    private static void notePacket(BpfMachine machine, long[] r) {
        XdpMd packet = machine.xdpOrNull();
        r[LOWEST] = packet == null ? Long.MAX_VALUE : packet.dataMeta();
        r[END] = packet == null ? 0 : packet.dataEnd();
    }

    // ---- calls

    /// Calls; returns how far a jump behind the call leads.
    private int call(BpfMachine machine, int frame, int depth, long[] r, int at) {
        long arg = args[at];
        int jump = 0;
        switch (ops[at]) {
            case Op.CALL_LOCAL -> callLocal(machine, frame, depth, r, at);
            case Op.CALL_REGISTER -> callRegister(machine, frame, r, (int) arg & 0xf, at);
            case Op.CALL_WITH_KEY -> jump = callWithKey(machine, frame, r, at);
            default -> callHelper(machine, frame, r, at, slots[at]);
        }
        notePacket(machine, r);
        return jump;
    }

    private int callWithKey(BpfMachine machine, int frame, long[] r, int at) {
        long arg = args[at];
        long key = r[10] + (short) (arg >> 16);
        int stored = (int) arg >> 4 & 0xf;
        if (stored != Idioms.NO_REGISTER) {
            RawMemory.putInt(key, (int) r[stored]);
        }
        r[2] = key;
        r[1] = constants[(int) (arg >> 32) & 0xffff];
        callHelper(machine, frame, r, at, slots[at] + ((int) arg & 0xf));
        return switch ((int) arg >> 8 & 0xf) {
            case Idioms.JUMP_IF_NULL -> r[0] == 0 ? (int) (arg >> 48) : 0;
            case Idioms.JUMP_UNLESS_NULL -> r[0] != 0 ? (int) (arg >> 48) : 0;
            default -> 0;
        };
    }

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
        r[0] =
                enter(
                        machine,
                        frame + 1,
                        depth + 1,
                        (int) (args[at] >> 32),
                        r[1],
                        r[2],
                        r[3],
                        r[4],
                        r[5]);
    }

    private void callHelper(BpfMachine machine, int frame, long[] r, int at, int slot) {
        HelperFunction helper = helpers[at];
        if (helper == null) {
            throw new IllegalStateException(program.name() + ": insn " + slot + ": not decoded");
        }
        call(helper, machine, frame, r, slot);
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
