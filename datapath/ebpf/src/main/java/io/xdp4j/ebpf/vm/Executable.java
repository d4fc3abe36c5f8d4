package io.xdp4j.ebpf.vm;

/// A function of a program in a form that runs: interpreted or compiled.
///
/// Thread: any; one machine's calls never overlap.
@FunctionalInterface
public interface Executable {
    /// Calls the function with r1 to r5; returns r0.
    ///
    /// @param frame number of the stack frame it may use, 0 for a program's main function
    long call(BpfMachine machine, int frame, long r1, long r2, long r3, long r4, long r5);
}
