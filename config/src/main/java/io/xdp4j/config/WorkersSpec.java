package io.xdp4j.config;

import java.util.List;

/// The workers: threads that each stand for one CPU of the emulated machine.
///
/// Thread: immutable.
/// Owns: nothing.
/// Fails: never.
/// Kernel: the online CPUs; pinning is `sched_setaffinity`.
///
/// @param count how many; a worker's index is what a program sees as its CPU
/// @param pin whether worker `i` runs only on CPU `cpus[i]`
/// @param cpus one CPU of the host for each worker
/// @param at where it was written
public record WorkersSpec(int count, boolean pin, List<Integer> cpus, SourceLocation at) {

    /// Copies the list.
    public WorkersSpec {
        cpus = List.copyOf(cpus);
    }
}
