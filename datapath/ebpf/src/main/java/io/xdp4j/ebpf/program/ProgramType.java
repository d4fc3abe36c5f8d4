package io.xdp4j.ebpf.program;

/// What kind of hook a program is for; decides its context, helpers and return values.
///
/// Kernel: `enum bpf_prog_type`.
public enum ProgramType {
    SOCKET_FILTER(1, "socket_filter"),
    SCHED_CLS(3, "sched_cls"),
    XDP(6, "xdp"),
    CGROUP_SKB(8, "cgroup_skb"),
    CGROUP_SOCK(9, "cgroup_sock"),
    SOCK_OPS(13, "sock_ops"),
    CGROUP_DEVICE(15, "cgroup_device"),
    CGROUP_SOCK_ADDR(18, "cgroup_sock_addr"),
    SK_REUSEPORT(21, "sk_reuseport");

    private final int number;
    private final String text;

    ProgramType(int number, String text) {
        this.number = number;
        this.text = text;
    }

    /// The kernel's number.
    public int number() {
        return number;
    }

    /// The name `bpftool` prints.
    public String text() {
        return text;
    }
}
