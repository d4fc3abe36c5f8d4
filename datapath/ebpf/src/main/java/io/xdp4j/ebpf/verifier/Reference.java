package io.xdp4j.ebpf.verifier;

import org.jspecify.annotations.Nullable;

/// Something acquired that must be released: an object, or a lock.
///
/// Kernel: `struct bpf_reference_state`.
///
/// @param lock true for a spin lock
/// @param id the pointer's id
/// @param insn where it was acquired
/// @param of the map that holds the lock
record Reference(boolean lock, int id, int insn, @Nullable MapRef of) {}
