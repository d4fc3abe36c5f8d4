package io.xdp4j.ebpf.verifier;

import io.xdp4j.ebpf.program.ProgramType;
import java.util.List;
import java.util.Map;

/// Rules of the program types besides XDP.
final class OtherContexts {
    private OtherContexts() {}

    static ProgramTypeRules rules(ProgramType type, int attach, Map<Integer, String> kfuncs) {
        return new ProgramTypeRules(
                type, attach, new ContextLayout(List.of()), 0, 1, false, kfuncs);
    }
}
