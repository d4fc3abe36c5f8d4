package io.xdp4j.ebpf.elf;

/// An entry of a `SHT_REL` section.
///
/// Kernel: `Elf64_Rel`.
///
/// @param offset bytes from the start of the section it patches
/// @param type `R_BPF_*`
record ElfRelocation(long offset, int type, ElfSymbol symbol) {
    static final int R_BPF_64_64 = 1;
    static final int R_BPF_64_ABS64 = 2;
    static final int R_BPF_64_32 = 10;
}
