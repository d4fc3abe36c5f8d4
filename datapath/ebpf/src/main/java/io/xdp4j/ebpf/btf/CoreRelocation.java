package io.xdp4j.ebpf.btf;

/// A place in the code that depends on the layout of the running kernel's types.
///
/// Kernel: `struct bpf_core_relo`.
///
/// @param insn slot of the instruction to patch
/// @param typeId type in the object's own BTF
/// @param access path from that type, numbers with colons between: `0:1:2`
public record CoreRelocation(int insn, int typeId, String access, CoreKind kind) {
    /// The same at another slot.
    public CoreRelocation at(int slot) {
        return new CoreRelocation(slot, typeId, access, kind);
    }
}
