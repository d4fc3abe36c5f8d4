package io.xdp4j.ebpf.jit;

import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.vm.BpfMachine;
import io.xdp4j.ebpf.vm.Executable;
import org.jspecify.annotations.Nullable;

/// Finds what a tail call goes to.
///
/// Kernel: a call counts once its slot is known to hold a program.
@HotPath
final class TailCalls {
    private TailCalls() {}

    /// The program in that slot, counted as a call; null when there is none or the run has had its
    /// calls.
    static @Nullable Executable target(BpfMachine machine, BpfMap map, int index) {
        return null;
    }

    /// The same for a map known at run time only.
    static @Nullable Executable target(BpfMachine machine, long mapHandle, int index) {
        BpfMap map = machine.runtime().map(mapHandle);
        return map == null ? null : target(machine, map, index);
    }
}
