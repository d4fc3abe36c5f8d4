package io.xdp4j.programs.basic;

import io.xdp4j.core.program.XdpAction;
import io.xdp4j.core.program.XdpBuff;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.ebpf.HotPath;

/// Hands every packet to the host side.
///
/// Thread: any worker; it has no state.
/// Owns: nothing.
/// Fails: never.
/// Kernel: `XDP_PASS`, as `xdp-bench pass` answers.
public final class Pass implements XdpProgram {
    public static final Pass INSTANCE = new Pass();

    private Pass() {}

    @HotPath
    @Override
    public int run(XdpBuff xdp) {
        return XdpAction.XDP_PASS;
    }

    @Override
    public String name() {
        return "pass";
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
