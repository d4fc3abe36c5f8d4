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

    /// What runs in place of a program, known under the same id: the taps of single programs are within
    /// those of the whole, and see nothing while theirs is not there.
    static @Nullable AttachedProgram around(
            @Nullable AttachedProgram inner, List<TapPoint> points) {
        AttachedProgram tapped = inner;
        for (TapPoint point : points) {
            XdpProgram only = point.program();
            if (only != null && tapped != null) {
                tapped = aroundOne(tapped, only, point.tap());
            }
        }
        for (TapPoint point : points) {
            if (point.program() == null) {
                tapped = aroundAll(tapped, point.tap());
            }
        }
        return tapped;
    }

    private static AttachedProgram aroundOne(
            AttachedProgram inner, XdpProgram only, PacketTap tap) {
        if (inner.program() instanceof XdpChain chain) {
            XdpProgram tapped = new TappedProgram(only, tap, only.hasFrags());
            return new AttachedProgram(chain.with(only, tapped), inner.id(), inner.hasFrags());
        }
        return inner.program().equals(only) ? aroundAll(inner, tap) : inner;
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
