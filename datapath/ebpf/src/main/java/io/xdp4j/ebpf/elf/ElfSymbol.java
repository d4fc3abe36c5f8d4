package io.xdp4j.ebpf.elf;

/// An entry of the symbol table.
///
/// Kernel: `Elf64_Sym`.
///
/// @param section index of the section it lies in, 0 when another object defines it
/// @param value bytes from the section's start
record ElfSymbol(
        int index,
        String name,
        int type,
        int binding,
        int visibility,
        int section,
        long value,
        long size) {
    static final int NOTYPE = 0;
    static final int OBJECT = 1;
    static final int FUNC = 2;
    static final int SECTION = 3;

    private static final int GLOBAL = 1;
    private static final int WEAK = 2;
    private static final int INTERNAL = 1;
    private static final int HIDDEN = 2;

    boolean isLocal() {
        return binding != GLOBAL && binding != WEAK;
    }

    boolean isWeak() {
        return binding == WEAK;
    }

    boolean isHidden() {
        return visibility == HIDDEN || visibility == INTERNAL;
    }

    boolean isUndefined() {
        return section == 0;
    }

    /// What a message calls it.
    String label() {
        return name.isEmpty() ? "symbol " + index : name;
    }
}
