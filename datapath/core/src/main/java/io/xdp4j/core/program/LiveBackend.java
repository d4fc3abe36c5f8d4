package io.xdp4j.core.program;

/// What stands behind an eBPF redirect map that a datapath runs: one of its own maps.
///
/// Thread: [#map] any; the rest as [io.xdp4j.ebpf.map.RedirectMap.Backend] says.
public interface LiveBackend extends io.xdp4j.ebpf.map.RedirectMap.Backend {
    /// The map that redirects go through.
    RedirectMap map();
}
