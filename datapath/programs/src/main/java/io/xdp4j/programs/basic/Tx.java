package io.xdp4j.programs.basic;

import io.xdp4j.core.program.XdpAction;
import io.xdp4j.core.program.XdpBuff;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.ebpf.HotPath;

/// Sends every packet back out of the device it came in by.
///
/// Thread: any worker; it has no state.
/// Owns: nothing.
/// Fails: with exchanged addresses, a packet shorter than two of them is ABORTED.
/// Kernel: `XDP_TX`, as `xdp-bench tx` answers.
public final class Tx implements XdpProgram {
    /// Sends the packet as it is (`no-touch`).
    public static final Tx UNCHANGED = new Tx(false);

    /// Exchanges source and destination address first (`swap-macs`).
    public static final Tx SWAP_MACS = new Tx(true);

    private final boolean swapMacs;

    private Tx(boolean swapMacs) {
        this.swapMacs = swapMacs;
    }

    @HotPath
    @Override
    public int run(XdpBuff xdp) {
        if (swapMacs) {
            xdp.swapMacs();
        }
        return XdpAction.XDP_TX;
    }

    @Override
    public String name() {
        return swapMacs ? "tx-swap-macs" : "tx";
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
