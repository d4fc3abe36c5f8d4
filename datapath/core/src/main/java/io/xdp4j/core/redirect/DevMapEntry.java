package io.xdp4j.core.redirect;

import io.xdp4j.core.device.AttachedProgram;
import io.xdp4j.core.device.DeviceTarget;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.frame.XdpRxqInfo;
import io.xdp4j.core.program.RedirectTarget;
import io.xdp4j.ebpf.HotPath;
import org.jspecify.annotations.Nullable;

/// One device in a devmap, with the program that runs on its way out.
///
/// Kernel: `struct bpf_dtab_netdev`.
final class DevMapEntry implements RedirectTarget {
    private final DeviceTarget target;
    private final @Nullable AttachedProgram program;

    DevMapEntry(DeviceTarget target, @Nullable AttachedProgram program) {
        this.target = target;
        this.program = program;
    }

    @Override
    public int ifindex() {
        return target.ifindex();
    }

    @HotPath
    @Override
    public int redirect(XdpFrame frame, XdpRxqInfo ingress, int cpu) {
        return target.redirect(frame, ingress, cpu, program);
    }

    @HotPath
    boolean accepts(XdpFrame frame) {
        return target.accepts(frame);
    }

    DeviceTarget target() {
        return target;
    }
}
