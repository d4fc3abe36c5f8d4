package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.program.ProgramType;
import java.util.List;

/// Rules of the program types besides XDP.
final class OtherContexts {
    private OtherContexts() {}

    static ProgramTypeRules rules(ProgramType type, int attach) {
        return new ProgramTypeRules(type, attach, new ContextLayout(List.of()), 0, 1, false);
    }
}
