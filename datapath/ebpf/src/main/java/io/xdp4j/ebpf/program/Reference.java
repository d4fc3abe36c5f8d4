package io.xdp4j.ebpf.program;

/// An instruction whose immediate is known only when the program is linked.
///
/// Kernel: `struct reloc_desc` of libbpf.
public sealed interface Reference {
    /// Slot of the instruction.
    int insn();

    /// A load of a map's pointer.
    record ToMap(int insn, String map) implements Reference {}

    /// A load of an address in the value of a map with one entry.
    ///
    /// @param offset bytes from the value's start
    record ToMapValue(int insn, String map, int offset) implements Reference {}

    /// A call of a function of the kernel.
    ///
    /// @param weak true when the program copes without it
    record ToKernelFunction(int insn, String name, boolean weak) implements Reference {}

    /// A load of the address of a kernel function or variable.
    ///
    /// @param function true when its type says that it is a function
    /// @param weak true when it is then 0
    record ToKernelSymbol(int insn, String name, boolean function, boolean weak)
            implements Reference {}

    /// Something this engine cannot resolve; a program that has it does not link.
    ///
    /// @param reason what is wrong, and what to do about it
    record Unresolved(int insn, String symbol, String reason) implements Reference {}

    /// The same at another slot.
    default Reference at(int slot) {
        return switch (this) {
            case ToMap it -> new ToMap(slot, it.map);
            case ToMapValue it -> new ToMapValue(slot, it.map, it.offset);
            case ToKernelFunction it -> new ToKernelFunction(slot, it.name, it.weak);
            case ToKernelSymbol it -> new ToKernelSymbol(slot, it.name, it.function, it.weak);
            case Unresolved it -> new Unresolved(slot, it.symbol, it.reason);
        };
    }
}
