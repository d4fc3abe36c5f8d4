package io.xdp4j.veth;

/// How closely a pair keeps to the kernel where that is unkind.
public enum VethFidelity {
    /// As the kernel: redirected and XDP_TX frames reach a peer only while that has NAPI, that is a
    /// program or GRO. Others end as `PEER_WITHOUT_NAPI`.
    STRICT,
    /// A peer without a program takes such frames too, to its host side.
    FRIENDLY
}
