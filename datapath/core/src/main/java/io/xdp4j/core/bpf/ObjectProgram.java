package io.xdp4j.core.bpf;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.program.XdpAttachType;
import io.xdp4j.core.program.XdpBuff;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.collection.BpfProgram;
import io.xdp4j.ebpf.program.LinkedProgram;
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
    private final int id;
    private final boolean hasFrags;
    private final XdpAttachType attachType;

    /// The program as it was loaded, verified or with checked memory.
    public ObjectProgram(Datapath datapath, BpfProgram program) {
        LinkedProgram linked = program.linked();
        machines = new BpfMachine[datapath.workers().size()];
        Arrays.setAll(machines, datapath::machine);
        main = program.main();
        name = program.name();
        id = program.id();
        hasFrags = linked.flags().contains(LinkedProgram.Flag.XDP_HAS_FRAGS);
        attachType =
                switch (linked.expectedAttachType()) {
                    case LinkedProgram.ATTACH_XDP_CPUMAP -> XdpAttachType.CPUMAP;
                    case LinkedProgram.ATTACH_XDP_DEVMAP -> XdpAttachType.DEVMAP;
                    default -> XdpAttachType.DEVICE;
                };
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
    public int id() {
        return id;
    }

    @Override
    public XdpAttachType attachType() {
        return attachType;
    }

    @Override
    public String toString() {
        return name;
    }
}
