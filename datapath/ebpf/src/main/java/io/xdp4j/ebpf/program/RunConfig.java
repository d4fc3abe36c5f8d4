package io.xdp4j.ebpf.program;

import java.util.Set;

/// How a program runs among others on one interface, as libxdp's metadata says.
///
/// Kernel: none; libxdp's `.xdp_run_config`.
///
/// @param priority lower runs first
/// @param chainCallActions verdicts after which the next program runs: `XDP_PASS`
public record RunConfig(int priority, Set<String> chainCallActions) {
    /// What libxdp assumes where an object says nothing.
    public static final RunConfig DEFAULT = new RunConfig(50, Set.of("XDP_PASS"));

    public RunConfig {
        chainCallActions = Set.copyOf(chainCallActions);
    }
}
