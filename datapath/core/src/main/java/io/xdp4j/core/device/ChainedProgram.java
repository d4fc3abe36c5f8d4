package io.xdp4j.core.device;

import io.xdp4j.core.program.XdpAction;
import io.xdp4j.core.program.XdpProgram;

/// A program's place in the chain of a device.
///
/// @param program what runs
/// @param priority lower ones run first
/// @param chainActions bit `1 << action` for each action after which the next program runs; any
///   other action is the device's answer
public record ChainedProgram(XdpProgram program, int priority, int chainActions) {
    /// What libxdp gives a program that does not say.
    public static final int DEFAULT_PRIORITY = 50;

    /// PASS only, likewise.
    public static final int DEFAULT_ACTIONS = 1 << XdpAction.XDP_PASS;

    /// The program with libxdp's defaults.
    public static ChainedProgram of(XdpProgram program) {
        return new ChainedProgram(program, DEFAULT_PRIORITY, DEFAULT_ACTIONS);
    }
}
