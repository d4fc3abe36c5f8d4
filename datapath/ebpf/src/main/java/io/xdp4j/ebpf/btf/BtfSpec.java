package io.xdp4j.ebpf.btf;

/// The types of an object, numbered from 1; type 0 is `void`.
///
/// Kernel: `struct btf`, `Documentation/bpf/btf.rst`.
public final class BtfSpec {}
