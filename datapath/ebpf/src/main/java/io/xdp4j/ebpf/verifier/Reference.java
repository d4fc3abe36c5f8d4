package io.xdp4j.ebpf.verifier;

import org.jspecify.annotations.Nullable;

/// Something acquired that must be released: an object, or a lock.
///
/// Kernel: `struct bpf_reference_state`.
///
/// @param lock true for a spin lock
/// @param id the pointer's id
/// @param insn where it was acquired
/// @param of what holds the lock: a map, or the types of an object
record Reference(boolean lock, int id, int insn, @Nullable Object of) {}
