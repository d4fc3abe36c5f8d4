package io.xdp4j.core.device;

import io.xdp4j.core.program.XdpAction;
import io.xdp4j.core.program.XdpBuff;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.ebpf.HotPath;

/// A program with the id under which the datapath knows it.
///
/// @param program what runs
/// @param id unique in the datapath, from 1
/// @param hasFrags whether it takes packets of several chunks
public record AttachedProgram(XdpProgram program, int id, boolean hasFrags) {
    /// Runs the program on a loaded view and stores what it moved. What it throws is ABORTED, told to
    /// `device`; also an Error, for a program must not end the worker.
    @HotPath
    public int run(XdpBuff xdp, NetDevice device) {
        int action;
        try {
            action = program.run(xdp);
        } catch (Throwable e) {
            device.programFailed(this, e);
            return XdpAction.XDP_ABORTED;
        }
        xdp.store();
        return action;
    }
}
