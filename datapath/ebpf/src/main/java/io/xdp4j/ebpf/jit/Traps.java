package io.xdp4j.ebpf.jit;

import io.xdp4j.ebpf.MalformedObjectException;

/// What compiled code throws where the program has no sense.
final class Traps {
    private Traps() {}

    static RuntimeException invalid(int insn, String why) {
        return new MalformedObjectException("insn " + insn + ": " + why);
    }
}
