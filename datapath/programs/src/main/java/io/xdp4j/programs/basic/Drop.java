package io.xdp4j.programs.basic;

import io.xdp4j.core.program.XdpAction;
import io.xdp4j.core.program.XdpBuff;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.ebpf.HotPath;

/// Drops every packet.
///
/// Thread: any worker; it has no state.
/// Owns: nothing.
/// Fails: never.
/// Kernel: `XDP_DROP`, as `xdp-bench drop` answers.
public final class Drop implements XdpProgram {
    public static final Drop INSTANCE = new Drop();

    private Drop() {}

    @HotPath
    @Override
    public int run(XdpBuff xdp) {
        return XdpAction.XDP_DROP;
    }

    @Override
    public String name() {
        return "drop";
    }

    @Override
    public boolean hasFrags() {
        return true;
    }

    @Override
    public String toString() {
        return name();
    }
}
