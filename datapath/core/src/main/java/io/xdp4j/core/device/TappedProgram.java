package io.xdp4j.core.device;

import io.xdp4j.core.program.XdpAction;
import io.xdp4j.core.program.XdpBuff;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.ebpf.HotPath;
import org.jspecify.annotations.Nullable;

/// A device's program with a tap around it; without a program, what passes.
final class TappedProgram implements XdpProgram {
    private final @Nullable XdpProgram program;
    private final PacketTap tap;
    private final boolean hasFrags;

    private TappedProgram(@Nullable XdpProgram program, PacketTap tap, boolean hasFrags) {
        this.program = program;
        this.tap = tap;
        this.hasFrags = hasFrags;
    }

    /// What runs in place of a program; it is known under the same id.
    ///
    /// @param only the member of a chain that the tap is for; null for the whole
    static AttachedProgram around(
            @Nullable AttachedProgram inner, PacketTap tap, @Nullable XdpProgram only) {
        if (inner != null && inner.program() instanceof XdpChain chain && only != null) {
            XdpChain tapped = chain.with(only, new TappedProgram(only, tap, only.hasFrags()));
            return new AttachedProgram(tapped, inner.id(), inner.hasFrags());
        }
        if (inner == null) {
            return new AttachedProgram(new TappedProgram(null, tap, true), 0, true);
        }
        return new AttachedProgram(
                new TappedProgram(inner.program(), tap, inner.hasFrags()),
                inner.id(),
                inner.hasFrags());
    }

    @HotPath
    @Override
    public int run(XdpBuff xdp) {
        tap.entry(xdp);
        int action = program == null ? XdpAction.XDP_PASS : program.run(xdp);
        tap.exit(xdp, action);
        return action;
    }

    @Override
    public String name() {
        return program == null ? "tap" : program.name();
    }

    @Override
    public boolean hasFrags() {
        return hasFrags;
    }
}
