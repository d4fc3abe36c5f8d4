package io.xdp4j.ebpf.testrun;

import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.ebpf.vm.BpfMachine;
import io.xdp4j.ebpf.vm.Executable;
import java.lang.foreign.Arena;

/// Runs programs on plain memory: r1 is its address, r2 its length.
///
/// That is how suites for the instruction set run theirs; such programs are not verified, so run
/// them on checked memory only.
///
/// Thread: one at a time.
public final class MemoryRun {
    private final BpfMachine machine;

    /// @param machine that runs the programs; the caller's
    public MemoryRun(BpfMachine machine) {
        this.machine = machine;
    }

    /// Runs a program; it may change the memory.
    ///
    /// Fails: [io.xdp4j.ebpf.vm.TrapException] for an access to other memory.
    ///
    /// @return r0
    public long run(Executable program, byte[] memory) {
        if (memory.length == 0) {
            return machine.runOnMemory(program, 0, 0);
        }
        try (Arena arena = Arena.ofConfined()) {
            long address = arena.allocate(memory.length, Long.BYTES).address();
            RawMemory.copyIn(memory, 0, address, memory.length);
            long r0 = machine.runOnMemory(program, address, memory.length);
            RawMemory.copyOut(address, memory, 0, memory.length);
            return r0;
        }
    }
}
