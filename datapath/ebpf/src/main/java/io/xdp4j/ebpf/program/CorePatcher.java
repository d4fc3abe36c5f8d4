package io.xdp4j.ebpf.program;

import io.xdp4j.ebpf.LinkException;
import io.xdp4j.ebpf.btf.BtfSpec;
import io.xdp4j.ebpf.isa.Insn;
import org.jspecify.annotations.Nullable;

/// Writes the answers of CO-RE relocations into the code.
///
/// Kernel: `bpf_core_patch_insn` of libbpf.
final class CorePatcher {
    private final CollectionSpec collection;
    private final ProgramSpec program;

    CorePatcher(CollectionSpec collection, ProgramSpec program, @Nullable BtfSpec kernelTypes) {
        this.collection = collection;
        this.program = program;
    }

    void patch(Insn[] insns) {
        if (!program.relocations().isEmpty()) {
            throw new LinkException(
                    collection.file() + ": program " + program.name() + ": CO-RE is not there yet");
        }
    }
}
