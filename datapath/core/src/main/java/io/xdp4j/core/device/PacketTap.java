package io.xdp4j.core.device;

import io.xdp4j.core.program.XdpBuff;
import io.xdp4j.ebpf.HotPath;

/// Sees the packets of a device before and after its program, and changes nothing.
///
/// Thread: every worker that has a queue of the device, at the same time.
/// Kernel: fentry and fexit programs on an XDP program.
public interface PacketTap {
    /// A packet as it comes to the program.
    @HotPath
    void entry(XdpBuff xdp);

    /// The packet as the program leaves it.
    ///
    /// @param action the program's answer
    @HotPath
    void exit(XdpBuff xdp, int action);
}
