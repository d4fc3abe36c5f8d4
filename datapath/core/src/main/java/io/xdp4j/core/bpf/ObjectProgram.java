package io.xdp4j.core.bpf;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.program.XdpBuff;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.vm.BpfMachine;
import io.xdp4j.ebpf.vm.Executable;
import java.util.Arrays;

/// An eBPF program as a datapath runs it: on the machine of the worker at hand.
///
/// Thread: [#run] any worker.
/// Kernel: `bpf_prog_run_xdp`.
public final class ObjectProgram implements XdpProgram {
    private final BpfMachine[] machines;
    private final Executable main;
    private final String name;
    private final boolean hasFrags;

    /// @param main the program's main function, verified or with checked memory
    /// @param hasFrags whether it takes packets of several chunks (`xdp.frags`)
    public ObjectProgram(Datapath datapath, Executable main, String name, boolean hasFrags) {
        this.machines = new BpfMachine[datapath.workers().size()];
        Arrays.setAll(machines, datapath::machine);
        this.main = main;
        this.name = name;
        this.hasFrags = hasFrags;
    }

    @HotPath
    @Override
    public int run(XdpBuff xdp) {
        return (int) machines[xdp.cpu()].run(main, xdp);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean hasFrags() {
        return hasFrags;
    }

    @Override
    public String toString() {
        return name;
    }
}
