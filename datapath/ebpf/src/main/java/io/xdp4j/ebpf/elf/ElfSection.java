package io.xdp4j.ebpf.elf;

/// A section header whose bounds were checked.
///
/// Kernel: `Elf64_Shdr`.
///
/// @param offset first byte in the file, 0 for a section without bytes there
/// @param size bytes; more than the file holds only for [#isEmptyInFile()]
record ElfSection(
        int index, String name, int type, long flags, int offset, int size, int link, int info) {
    static final int PROGBITS = 1;
    static final int SYMTAB = 2;
    static final int STRTAB = 3;
    static final int RELA = 4;
    static final int NOBITS = 8;
    static final int REL = 9;

    private static final long EXECUTABLE = 4;

    boolean isCode() {
        return type == PROGBITS && (flags & EXECUTABLE) != 0 && size > 0;
    }

    boolean isEmptyInFile() {
        return type == NOBITS;
    }

    /// True for that name and for that name with a dot and more behind it.
    boolean isNamed(String base) {
        return name.equals(base) || name.startsWith(base + ".");
    }
}
