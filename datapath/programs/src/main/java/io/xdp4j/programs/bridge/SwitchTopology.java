package io.xdp4j.programs.bridge;

import io.xdp4j.core.device.DeviceTarget;
import io.xdp4j.ebpf.HotPath;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Which ports there are, who floods to whom, and who mirrors what: one state of a switch.
///
/// Thread: any; immutable, replaced as a whole.
/// Owns: nothing.
/// Fails: never.
final class SwitchTopology {
    private static final DeviceTarget[] NO_MIRRORS = {};

    private final @Nullable SwitchPort[] ports = new SwitchPort[SwitchSpec.MAX_PORTS];
    private final SwitchPort[][] membersByVid;
    private final DeviceTarget[][] receivedMirrors = new DeviceTarget[SwitchSpec.MAX_PORTS][];
    private final DeviceTarget[][] sentMirrors = new DeviceTarget[SwitchSpec.MAX_PORTS][];
    private final boolean direct;

    /// @param mirrors the mirrors whose target is there
    SwitchTopology(
            Collection<SwitchPort> live, boolean vlanAware, Map<MirrorSpec, DeviceTarget> mirrors) {
        boolean mirrored = false;
        for (SwitchPort port : live) {
            int number = port.number();
            String name = port.spec().device();
            ports[number] = port;
            receivedMirrors[number] = targets(mirrors, mirror -> mirror.copiesReceived(name));
            sentMirrors[number] = targets(mirrors, mirror -> mirror.copiesSent(name));
            mirrored |= receivedMirrors[number].length + sentMirrors[number].length > 0;
        }
        membersByVid = members(live, vlanAware ? VlanSet.MAX_ID + 1 : 1);
        direct = !vlanAware && !mirrored;
    }

    private static DeviceTarget[] targets(
            Map<MirrorSpec, DeviceTarget> mirrors, Predicate<MirrorSpec> copies) {
        List<DeviceTarget> to =
                mirrors.entrySet().stream()
                        .filter(mirror -> copies.test(mirror.getKey()))
                        .map(Map.Entry::getValue)
                        .distinct()
                        .toList();
        return to.isEmpty() ? NO_MIRRORS : to.toArray(DeviceTarget[]::new);
    }

    /// The members of each VLAN; VLANs with the same members share an array.
    private static SwitchPort[][] members(Collection<SwitchPort> live, int vlans) {
        SwitchPort[][] byVid = new SwitchPort[vlans][];
        Map<BitSet, SwitchPort[]> shared = new HashMap<>();
        BitSet numbers = new BitSet();
        for (int vlan = 0; vlan < vlans; vlan++) {
            int vid = vlan;
            numbers.clear();
            for (SwitchPort port : live) {
                numbers.set(port.number(), port.vlans().contains(vid));
            }
            SwitchPort[] members = shared.get(numbers);
            if (members == null) {
                members =
                        live.stream()
                                .filter(port -> port.vlans().contains(vid))
                                .toArray(SwitchPort[]::new);
                shared.put((BitSet) numbers.clone(), members);
            }
            byVid[vid] = members;
        }
        return byVid;
    }

    /// True when frames leave as they came and go to one port or all: the devmap then does it
    /// alone.
    @HotPath
    boolean isDirect() {
        return direct;
    }

    @HotPath
    @Nullable SwitchPort port(int number) {
        return number >= 0 && number < ports.length ? ports[number] : null;
    }

    @HotPath
    SwitchPort[] members(int vid) {
        return membersByVid[vid];
    }

    /// Who gets copies of what a port receives.
    @HotPath
    DeviceTarget[] receivedMirrors(SwitchPort port) {
        DeviceTarget[] to = receivedMirrors[port.number()];
        return to == null ? NO_MIRRORS : to;
    }

    /// Who gets copies of what a port sends.
    @HotPath
    DeviceTarget[] sentMirrors(SwitchPort port) {
        DeviceTarget[] to = sentMirrors[port.number()];
        return to == null ? NO_MIRRORS : to;
    }
}
