package io.xdp4j.config;

import java.util.List;

/// A program that gives every frame the same verdict.
///
/// Thread: immutable.
/// Owns: nothing.
/// Fails: never.
/// Kernel: `xdp-bench pass|drop|tx`.
///
/// @param name the program's name
/// @param action the verdict
/// @param swapMacs whether source and destination address are exchanged first; only with TX
/// @param attach names of devices
/// @param at where it was written
public record VerdictProgramSpec(
        String name, Action action, boolean swapMacs, List<String> attach, SourceLocation at)
        implements ProgramSpec {

    /// Copies the list.
    public VerdictProgramSpec {
        attach = List.copyOf(attach);
    }

    /// The verdicts that need no target (`enum xdp_action`).
    public enum Action {
        /// Up to the host stack's side.
        PASS,
        /// Freed.
        DROP,
        /// Back out of the device it came from.
        TX
    }
}
