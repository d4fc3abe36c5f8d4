package io.xdp4j.testkit;

import io.xdp4j.core.program.XdpBuff;
import io.xdp4j.core.program.XdpProgram;

/// A program declared to cope with packets of several chunks (`xdp.frags`).
///
/// Thread: as the program it wraps.
public final class FragsProgram implements XdpProgram {
    private final XdpProgram program;

    private FragsProgram(XdpProgram program) {
        this.program = program;
    }

    public static XdpProgram of(XdpProgram program) {
        return new FragsProgram(program);
    }

    @Override
    public int run(XdpBuff xdp) {
        return program.run(xdp);
    }

    @Override
    public boolean hasFrags() {
        return true;
    }
}
