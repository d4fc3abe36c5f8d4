package io.xdp4j.ebpf.vm;

import io.xdp4j.ebpf.HotPath;
import java.lang.foreign.Arena;
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
    private static final int FRAMES = MAX_CALL_FRAMES * (MAX_TAIL_CALLS + 2);

    private final BpfRuntime runtime;
    private final int cpu;
    private final long stack;
    private @Nullable XdpMd xdp;
    private int tailCalls;

    /// @param stackOwner arena that the stack lives and dies with
    public BpfMachine(BpfRuntime runtime, int cpu, Arena stackOwner) {
        this.runtime = runtime;
        this.cpu = cpu;
        this.stack = stackOwner.allocate((long) FRAMES * STACK_FRAME_BYTES, 64).address();
    }

    public BpfRuntime runtime() {
        return runtime;
    }

    /// What `bpf_get_smp_processor_id` answers.
    public int cpu() {
        return cpu;
    }

    /// Runs a program's main function on a packet; returns its r0.
    public long run(Executable program, XdpMd packet) {
        xdp = packet;
        tailCalls = 0;
        return program.call(this, 0, CTX_HANDLE, 0, 0, 0, 0);
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
        return stack + (long) (frame + 1) * STACK_FRAME_BYTES;
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
}
