package io.xdp4j.linux;

/// The capabilities that matter to a datapath.
///
/// - Kernel: `include/uapi/linux/capability.h`.
public enum Capability {
    /// Send signals to any process.
    CAP_KILL(5),
    /// Configure interfaces: TAP, MTU, offloads, `SO_RCVBUFFORCE`.
    CAP_NET_ADMIN(12),
    /// Open packet and AF_XDP sockets.
    CAP_NET_RAW(13),
    /// Lock memory beyond `RLIMIT_MEMLOCK`.
    CAP_IPC_LOCK(14),
    /// Enter network namespaces; stands in for CAP_BPF before Linux 5.8.
    CAP_SYS_ADMIN(21),
    /// Use real-time scheduling and the affinity of other processes.
    CAP_SYS_NICE(23),
    /// Raise resource limits.
    CAP_SYS_RESOURCE(24),
    /// Read performance events.
    CAP_PERFMON(38),
    /// Load eBPF programs and maps.
    CAP_BPF(39);

    private final int bit;

    Capability(int bit) {
        this.bit = bit;
    }

    /// Number of the capability in the kernel's mask.
    public int bit() {
        return bit;
    }
}
