package io.xdp4j.config;

import java.util.List;

/// An XDP program and the devices it is attached to; one record for each kind.
///
/// A program may be attached nowhere, as one that only a cpumap or devmap entry names.
///
/// Thread: immutable.
/// Owns: nothing.
/// Fails: never.
/// Kernel: `BPF_PROG_TYPE_XDP`, attached as by `ip link set DEV xdp`.
public sealed interface ProgramSpec
        permits VerdictProgramSpec,
                RedirectProgramSpec,
                LoadBalancerProgramSpec,
                ObjectProgramSpec,
                ClassProgramSpec {

    /// The name by which map entries refer to it.
    String name();

    /// Names of the devices on whose receive queues it runs.
    List<String> attach();

    /// Where it was written.
    SourceLocation at();
}
