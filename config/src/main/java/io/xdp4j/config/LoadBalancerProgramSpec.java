package io.xdp4j.config;

import java.util.List;

/// A program that spreads flows over the CPUs of a cpumap by their hash.
///
/// Thread: immutable.
/// Owns: nothing.
/// Fails: never.
/// Kernel: `xdp_redirect_cpu`, program `l4-hash`.
///
/// @param name the program's name
/// @param cpumap the map's name
/// @param attach names of devices
/// @param at where it was written
public record LoadBalancerProgramSpec(
        String name, String cpumap, List<String> attach, SourceLocation at) implements ProgramSpec {

    /// Copies the list.
    public LoadBalancerProgramSpec {
        attach = List.copyOf(attach);
    }
}
