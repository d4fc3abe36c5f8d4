package io.xdp4j.ebpf.vm;

/// What programs see of the system around them: CPUs, clocks, randomness, maps and programs by id,
/// interfaces and routes, trace output. The emulated kernel's BPF subsystem.
///
/// Thread: any.
public final class BpfRuntime {
    private final int cpus;

    public BpfRuntime(int cpus) {
        this.cpus = cpus;
    }

    /// CPUs there are; per-CPU maps have that many values.
    public int cpus() {
        return cpus;
    }
}
