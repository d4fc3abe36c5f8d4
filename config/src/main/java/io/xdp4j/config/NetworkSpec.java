package io.xdp4j.config;

import io.xdp4j.core.bpf.FibEntries;

/// The network that `bpf_fib_lookup` and `bpf_check_mtu` see.
///
/// Thread: immutable.
/// Owns: nothing.
/// Fails: never.
/// Kernel: `ip address`, `ip route`, `ip neighbour`, `net.ipv4.conf.*.forwarding`.
///
/// @param follow whose interfaces, routes and neighbours are in it besides the entries
/// @param entries what is written
/// @param at where it was written
public record NetworkSpec(Follow follow, FibEntries entries, SourceLocation at) {
    /// Whom the network follows.
    public enum Follow {
        /// The network namespace that the datapath was started in.
        HOST,
        /// Nobody: devices and entries are all.
        NONE
    }
}
