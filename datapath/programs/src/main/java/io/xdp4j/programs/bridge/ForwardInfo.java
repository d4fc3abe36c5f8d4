package io.xdp4j.programs.bridge;

import io.xdp4j.core.trace.DropReason;
import org.jspecify.annotations.Nullable;

/// What a port's program found out about the frame whose redirect comes next; one record a worker.
///
/// A worker carries a redirect out directly after the program's run, so one record is enough, as
/// one [io.xdp4j.core.program.RedirectInfo] is.
///
/// Thread: its worker.
final class ForwardInfo {
    private @Nullable SwitchTopology topology;
    private @Nullable SwitchPort ingress;
    private @Nullable DropReason reason;
    private int vid;

    void set(SwitchTopology seen, SwitchPort from, int vlan, @Nullable DropReason dropFor) {
        topology = seen;
        ingress = from;
        vid = vlan;
        reason = dropFor;
    }

    SwitchTopology topology() {
        return present(topology);
    }

    /// The port the frame came in by.
    SwitchPort ingress() {
        return present(ingress);
    }

    /// The frame's VLAN, 0 where VLANs do not count.
    int vid() {
        return vid;
    }

    /// Why the frame is to be dropped once it is mirrored; null for one that goes on.
    @Nullable DropReason reason() {
        return reason;
    }

    private static <T> T present(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("redirect to a switch without its program");
        }
        return value;
    }
}
