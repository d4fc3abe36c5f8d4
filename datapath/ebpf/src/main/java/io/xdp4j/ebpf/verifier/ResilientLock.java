package io.xdp4j.ebpf.verifier;

/// What tells a held `bpf_res_spin_lock` from a `bpf_spin_lock`: several may be held, in order.
///
/// @param owner the map or the types of the object that holds the lock
/// @param irq true when taken with interrupts off
record ResilientLock(Object owner, boolean irq) {}
