package io.xdp4j.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A map from CPU to a queue of frames that are to go on there.
///
/// Thread: immutable.
/// Owns: nothing.
/// Fails: never.
/// Kernel: `BPF_MAP_TYPE_CPUMAP`, kernel/bpf/cpumap.c.
///
/// @param name the map's name
/// @param entries rising by CPU, each CPU once
/// @param at where it was written
public record CpuMapSpec(String name, List<Entry> entries, SourceLocation at) {

    /// Copies the list.
    public CpuMapSpec {
        entries = List.copyOf(entries);
    }

    /// One CPU of the map (`struct bpf_cpumap_val`).
    ///
    /// @param cpu the index of a worker, also the key
    /// @param qsize frames the entry's ring holds
    /// @param program run on the frames over there; null for none
    public record Entry(int cpu, int qsize, @Nullable String program) {}
}
