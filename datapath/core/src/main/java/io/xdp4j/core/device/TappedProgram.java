package io.xdp4j.core.device;

import io.xdp4j.core.program.XdpAction;
import io.xdp4j.core.program.XdpBuff;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.ebpf.HotPath;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A program with a tap around it; without a program, what passes.
final class TappedProgram implements XdpProgram {
    private final @Nullable XdpProgram program;
    private final PacketTap tap;
    private final boolean hasFrags;

    private TappedProgram(@Nullable XdpProgram program, PacketTap tap, boolean hasFrags) {
        this.program = program;
        this.tap = tap;
        this.hasFrags = hasFrags;
    }

    /// What runs in place of a program, known under the same id: the taps of a chain's members are
    /// within those of the whole.
    static @Nullable AttachedProgram around(
            @Nullable AttachedProgram inner, List<TapPoint> points) {
        AttachedProgram tapped = inner;
        for (TapPoint point : points) {
            tapped = withinChain(tapped, point);
        }
        for (TapPoint point : points) {
            if (!isMember(inner, point)) {
                tapped = aroundAll(tapped, point.tap());
            }
        }
        return tapped;
    }

    private static boolean isMember(@Nullable AttachedProgram inner, TapPoint point) {
        return point.program() != null && inner != null && inner.program() instanceof XdpChain;
    }

    private static @Nullable AttachedProgram withinChain(
            @Nullable AttachedProgram inner, TapPoint point) {
        XdpProgram only = point.program();
        if (inner == null || only == null || !(inner.program() instanceof XdpChain chain)) {
            return inner;
        }
        XdpProgram tapped = new TappedProgram(only, point.tap(), only.hasFrags());
        return new AttachedProgram(chain.with(only, tapped), inner.id(), inner.hasFrags());
    }

    private static AttachedProgram aroundAll(@Nullable AttachedProgram inner, PacketTap tap) {
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
