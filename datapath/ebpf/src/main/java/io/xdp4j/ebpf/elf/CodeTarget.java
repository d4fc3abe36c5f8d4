package io.xdp4j.ebpf.elf;

import io.xdp4j.ebpf.program.Reference;

/// What a relocation of an instruction means.
sealed interface CodeTarget {
    /// Something that only a live system resolves.
    record External(Reference reference) implements CodeTarget {}

    /// A call of a function of the object, or a load of its address.
    record Local(CodeFunction function) implements CodeTarget {}
}
