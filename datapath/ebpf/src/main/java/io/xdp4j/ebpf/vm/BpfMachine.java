package io.xdp4j.ebpf.vm;

import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.map.BpfMap;
import java.lang.foreign.Arena;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// One CPU that runs programs: its stack, the packet at hand, the counters of a run.
///
/// Thread: its CPU's; one object a worker.
/// Owns: the stack memory, in the arena it was given.
@HotPath
public final class BpfMachine {
    /// Bytes of one stack frame (`MAX_BPF_STACK`).
    public static final int STACK_FRAME_BYTES = 512;

    /// Calls within calls (`MAX_CALL_FRAMES`).
    public static final int MAX_CALL_FRAMES = 8;

    /// Tail calls in one run (`MAX_TAIL_CALL_CNT`).
    public static final int MAX_TAIL_CALLS = 33;

    /// What r1 of an XDP program holds: an address no load could hit, whose uses the engine turns
    /// into accesses of [#xdp()].
    public static final long CTX_HANDLE = 0x4354_5800_0000_0000L;

    /// Frames for a whole chain of tail calls out of subprograms, and for callbacks.
    public static final int FRAMES = MAX_CALL_FRAMES * (MAX_TAIL_CALLS + 2);

    private static final int SPILL_SLOTS = 128;

    /// Reads of the coarse clock that one reading of the runtime's clock answers, within a run.
    private static final int COARSE_READS = 64;

    /// Instructions, about, that an unverified run may take.
    public static final long DEFAULT_BUDGET = 1L << 28;

    /// Frames' worth of memory behind the stack for helpers that call back.
    private static final int SCRATCH_FRAMES = MAX_CALL_FRAMES;

    private static final long STACK_BYTES = (long) (FRAMES + SCRATCH_FRAMES) * STACK_FRAME_BYTES;

    private final BpfRuntime runtime;
    private final int cpu;
    private final long stack;
    private @Nullable XdpMd xdp;
    private int tailCalls;
    private long budget = DEFAULT_BUDGET;
    private long budgetLeft = DEFAULT_BUDGET;
    private int frame;
    private @Nullable CheckedMemory checkedMemory;
    private long random;
    private long[] grantStarts = new long[8];
    private long[] grantEnds = new long[8];
    private int grants;
    private final long[] spill = new long[SPILL_SLOTS];
    private int continuation;
    private long coarseNanos;
    private int coarseReadsLeft;

    /// @param stackOwner arena that the stack lives and dies with
    public BpfMachine(BpfRuntime runtime, int cpu, Arena stackOwner) {
        this.runtime = runtime;
        this.cpu = cpu;
        this.stack = stackOwner.allocate(STACK_BYTES, 64).address();
        long start = runtime.seed() + 0x9e37_79b9_7f4a_7c15L * (cpu + 1);
        this.random = start == 0 ? 1 : start;
    }

    public BpfRuntime runtime() {
        return runtime;
    }

    /// What `bpf_get_smp_processor_id` answers.
    public int cpu() {
        return cpu;
    }

    /// Runs a program's main function on a packet; returns its r0.
    @SuppressWarnings("ReferenceEquality") // whether a store can be saved
    public long run(Executable program, XdpMd packet) {
        // Stored where they change only: this runs for each packet.
        if (xdp != packet) {
            xdp = packet;
        }
        if ((tailCalls | continuation | frame | grants | coarseReadsLeft) != 0
                || budgetLeft != budget) {
            reset();
        }
        return program.call(this, 0, CTX_HANDLE, 0, 0, 0, 0);
    }

    /// Runs a program's main function on `length` bytes of memory at `address` in place of a packet,
    /// with their address in r1 and the length in r2; returns its r0.
    public long runOnMemory(Executable program, long address, long length) {
        xdp = null;
        reset();
        grant(address, length);
        return program.call(this, 0, address, length, 0, 0, 0);
    }

    /// The packet at hand, or null outside of a run on a packet.
    public @Nullable XdpMd xdpOrNull() {
        return xdp;
    }

    /// What unverified and interpreted programs reach memory through; made when first asked for.
    public CheckedMemory checkedMemory() {
        CheckedMemory memory = checkedMemory;
        if (memory == null) {
            memory = newCheckedMemory();
        }
        return memory;
    }

    private CheckedMemory newCheckedMemory() {
        CheckedMemory memory = CheckedMemory.of(this);
        checkedMemory = memory;
        return memory;
    }

    /// The packet at hand. Fails: a null pointer exception outside of a run on a packet.
    public XdpMd xdp() {
        XdpMd packet = xdp;
        if (packet == null) {
            throw noPacket();
        }
        return packet;
    }

    private static IllegalStateException noPacket() {
        return new IllegalStateException("a packet helper was called in a run without a packet");
    }

    /// What r10 holds in that frame: the address behind its last byte.
    public long framePointer(int frame) {
        return frameBase(frame) + STACK_FRAME_BYTES;
    }

    /// Address of that frame's first byte.
    public long frameBase(int frame) {
        return stack + (long) frame * STACK_FRAME_BYTES;
    }

    /// First address of the stack.
    public long stackBase() {
        return stack;
    }

    /// Counts a tail call; false when the run has had its 33.
    public boolean countTailCall() {
        if (tailCalls == MAX_TAIL_CALLS) {
            return false;
        }
        tailCalls++;
        return true;
    }

    /// What a tail call goes to, counted; null when the slot is empty or the run has had its calls.
    ///
    /// Kernel: a call counts once its slot is known to hold a program.
    public @Nullable Executable tailCallTarget(BpfMap programs, int index) {
        int id = programs.programId(index);
        Executable target = id == 0 ? null : runtime.program(id);
        return target != null && countTailCall() ? target : null;
    }

    /// Drops the count of tail calls and what a run left behind: for runs that do not go through
    /// [#run].
    public void reset() {
        tailCalls = 0;
        budgetLeft = budget;
        continuation = 0;
        frame = 0;
        grants = 0;
        coarseReadsLeft = 0;
    }

    // ---- runs without a proof

    /// Sets how many instructions, about, an unverified run may take.
    public void limitInstructions(long most) {
        budget = most;
    }

    /// Counts instructions of an unverified run. Fails: [BudgetTrapException] when it has had its
    /// share.
    ///
    /// @param insn slot of the last one, for the message
    public void spend(int instructions, int insn) {
        budgetLeft -= instructions;
        if (budgetLeft < 0) {
            throw outOfBudget(insn);
        }
    }

    /// Instructions that the run at hand may still take.
    public long budgetLeft() {
        return budgetLeft;
    }

    /// For an engine that counts by itself between calls.
    public void setBudgetLeft(long instructions) {
        budgetLeft = instructions;
    }

    /// Instructions that a run may take.
    public long budget() {
        return budget;
    }

    private BudgetTrapException outOfBudget(int insn) {
        return new BudgetTrapException(insn, budget);
    }

    /// Fails: [CallTrapException] when there is no such stack frame.
    public static void requireFrame(int number, int insn) {
        if (number >= FRAMES) {
            throw tooDeep(insn);
        }
    }

    private static CallTrapException tooDeep(int insn) {
        return new CallTrapException(insn, "calls are nested deeper than " + FRAMES + " frames");
    }

    // ---- functions in pieces

    /// Where a function that is compiled in pieces leaves its variables on the way from one to
    /// another.
    public long[] spill() {
        return spill;
    }

    /// Tells where the function at hand goes on once its piece has returned; never 0.
    public void setContinuation(int place) {
        continuation = place;
    }

    /// The place set, once; 0 when the function is done.
    public int takeContinuation() {
        int place = continuation;
        continuation = 0;
        return place;
    }

    // ---- callbacks

    /// Tells the machine the frame a function runs on. Engines do so before each call of a helper
    /// that [calls back][#callBack]; else the callback would run on the caller's stack.
    public void enterFrame(int number) {
        frame = number;
    }

    /// Calls a function on the frame behind the calling program's.
    public long callBack(Executable function, long r1, long r2, long r3, long r4) {
        int caller = frame;
        frame = caller + 1;
        long result = function.call(this, caller + 1, r1, r2, r3, r4, 0);
        frame = caller;
        return result;
    }

    /// The function behind a register's handle. Fails: an illegal state exception when there is
    /// none, which a verified program cannot reach.
    public Executable function(long handle) {
        Executable function = runtime.function(handle);
        if (function == null) {
            throw noFunction(handle);
        }
        return function;
    }

    private static IllegalStateException noFunction(long handle) {
        return new IllegalStateException(
                "no function behind the pointer 0x" + Long.toHexString(handle));
    }

    // ---- memory handed out by helpers

    /// Lets the program use `length` bytes at `address` until [#revoke] or the end of the run.
    public void grant(long address, long length) {
        if (grants == grantStarts.length) {
            growGrants();
        }
        grantStarts[grants] = address;
        grantEnds[grants] = address + length;
        grants++;
    }

    private void growGrants() {
        grantStarts = Arrays.copyOf(grantStarts, grants * 2);
        grantEnds = Arrays.copyOf(grantEnds, grants * 2);
    }

    /// Takes back what was granted at that address; false when nothing was.
    public boolean revoke(long address) {
        for (int i = grants - 1; i >= 0; i--) {
            if (grantStarts[i] == address) {
                grants--;
                grantStarts[i] = grantStarts[grants];
                grantEnds[i] = grantEnds[grants];
                return true;
            }
        }
        return false;
    }

    /// True when the bytes lie in one piece of granted memory. For checked memory.
    public boolean isGranted(long address, int size) {
        for (int i = 0; i < grants; i++) {
            if (address >= grantStarts[i] && address <= grantEnds[i] - size) {
                return true;
            }
        }
        return false;
    }

    /// The number of the granted memory that begins nearest to that address, or -1. For messages.
    int nearestGrant(long address) {
        int nearest = -1;
        for (int i = 0; i < grants; i++) {
            if (nearest < 0
                    || Math.abs(address - grantStarts[i])
                            < Math.abs(address - grantStarts[nearest])) {
                nearest = i;
            }
        }
        return nearest;
    }

    long grantStart(int grant) {
        return grantStarts[grant];
    }

    long grantEnd(int grant) {
        return grantEnds[grant];
    }

    /// True when a program on this machine may read the bytes: its stack, its packet's first chunk,
    /// granted memory, or one value of a map.
    public boolean isLive(long address, int size) {
        if (address >= stack && address <= stack + STACK_BYTES - size) {
            return true;
        }
        XdpMd packet = xdp;
        if (packet != null && address >= packet.dataMeta() && address <= packet.dataEnd() - size) {
            return true;
        }
        return isGranted(address, size) || runtime.mapOwning(address, size) != null;
    }

    /// 512 bytes for a helper's own use that callbacks may read, one such area for each frame.
    public long scratch() {
        return stack
                + STACK_BYTES
                - (long) SCRATCH_FRAMES * STACK_FRAME_BYTES
                + (long) (frame % SCRATCH_FRAMES) * STACK_FRAME_BYTES;
    }

    // ---- time

    /// `bpf_ktime_get_coarse_ns`: as of the last tick of 4 ms. A run takes microseconds, so the ticks
    /// are looked at when it first asks and every 64 times it asks.
    public long coarseNanos() {
        if (coarseReadsLeft == 0) {
            coarseReadsLeft = COARSE_READS;
            coarseNanos = runtime.clock().coarseNanos();
        }
        coarseReadsLeft--;
        return coarseNanos;
    }

    // ---- randomness

    /// The next random number (`bpf_get_prandom_u32`): xorshift, so a seed replays it.
    public int nextRandom() {
        long next = random;
        next ^= next << 13;
        next ^= next >>> 7;
        next ^= next << 17;
        random = next;
        return (int) (next >>> 32);
    }
}
