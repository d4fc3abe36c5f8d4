package io.xdp4j.programs.bridge;

import io.xdp4j.core.device.AttachedProgram;
import io.xdp4j.core.device.DeviceTarget;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.frame.XdpRxqInfo;
import io.xdp4j.core.program.RedirectTarget;
import io.xdp4j.ebpf.HotPath;
import java.util.Arrays;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// A live port: a device with its number in the table of addresses.
///
/// Thread: the link under the switch's lock; counters as [PortCounters] says; the rest any.
/// Owns: the link.
/// Kernel: `struct net_bridge_port`.
final class SwitchPort implements RedirectTarget {
    private final int number;
    private final SwitchPortSpec spec;
    private final NetDevice device;
    private final DeviceTarget target;
    private final PortVlans vlans;
    private final @Nullable StormControl storm;
    private final PortCounters[] counters;
    private final SwitchMap map;
    private @Nullable AttachedProgram attached;
    private int lossesSeen;

    SwitchPort(
            int number,
            SwitchPortSpec spec,
            NetDevice device,
            SwitchMap map,
            StormLimit limit,
            LongSupplier nanoClock) {
        this.number = number;
        this.spec = spec;
        this.device = device;
        this.map = map;
        this.target = device.datapath().target(device);
        this.vlans = PortVlans.of(spec.vlan());
        this.storm =
                limit.equals(StormLimit.UNLIMITED)
                        ? null
                        : new StormControl(limit, device.rxQueues().size(), nanoClock);
        this.counters = new PortCounters[device.datapath().workers().size()];
        Arrays.setAll(counters, i -> new PortCounters());
    }

    // ---- control

    SwitchPortSpec spec() {
        return spec;
    }

    NetDevice device() {
        return device;
    }

    void setAttached(AttachedProgram program) {
        attached = program;
    }

    /// Takes the program off the device, unless another one has taken its place.
    void detach() {
        AttachedProgram program = attached;
        attached = null;
        if (program != null) {
            device.detachIf(program);
        }
    }

    /// True once after the device has gone down or lost its carrier. For the switch's timer.
    boolean lostLink() {
        int losses = device.linkLosses();
        boolean lost = losses != lossesSeen;
        lossesSeen = losses;
        return lost;
    }

    SwitchPortStats stats() {
        return SwitchPortStats.sum(device.name(), counters);
    }

    // ---- hot path

    /// The port's number in the table of addresses and in the devmap.
    @HotPath
    int number() {
        return number;
    }

    @HotPath
    PortVlans vlans() {
        return vlans;
    }

    @HotPath
    @Nullable StormControl storm() {
        return storm;
    }

    @HotPath
    PortCounters counters(int cpu) {
        return counters[cpu];
    }

    @HotPath
    DeviceTarget target() {
        return target;
    }

    @Override
    public int ifindex() {
        return target.ifindex();
    }

    @HotPath
    @Override
    public int redirect(XdpFrame frame, XdpRxqInfo ingress, int cpu) {
        return map.redirect(this, frame, ingress, cpu);
    }

    @Override
    public String toString() {
        return device.name();
    }
}
