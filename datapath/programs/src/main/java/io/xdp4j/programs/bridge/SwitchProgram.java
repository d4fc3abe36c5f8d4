package io.xdp4j.programs.bridge;

import io.xdp4j.core.program.RedirectMap;
import io.xdp4j.core.program.XdpAction;
import io.xdp4j.core.program.XdpBuff;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.core.redirect.DevMap;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;

/// What a switch does with a frame that one of its ports receives.
///
/// Checks the source, finds the VLAN, learns, then redirects to the destination's port or to all.
/// It looks at the first 18 bytes only, so a GSO frame of several chunks crosses whole.
///
/// Thread: the workers of the port's queues.
/// Owns: nothing.
/// Fails: by its answer only.
/// Kernel: `br_handle_frame`, `br_handle_frame_finish`.
@HotPath
final class SwitchProgram implements XdpProgram {
    private static final int ETH_HLEN = 14;
    private static final long GROUP_BIT = 1L << 40;
    private static final long LINK_LOCAL = 0x0180_c200_0000L;
    private static final long LINK_LOCAL_MASK = ~0xfL;

    private final String name;
    private final SwitchPort port;
    private final MacTable table;
    private final DevMap devMap;
    private final SwitchMap switchMap;

    /// @param devMap the ports' devices by number, for frames that leave as they came
    /// @param switchMap the same with tags and mirrors
    SwitchProgram(
            String name, SwitchPort port, MacTable table, DevMap devMap, SwitchMap switchMap) {
        this.name = name;
        this.port = port;
        this.table = table;
        this.devMap = devMap;
        this.switchMap = switchMap;
    }

    @Override
    public int run(XdpBuff xdp) {
        long data = xdp.data();
        if (data + ETH_HLEN > xdp.dataEnd()) {
            port.counters(xdp.cpu()).dropped(DropReason.SWITCH_MALFORMED);
            return xdp.drop(DropReason.SWITCH_MALFORMED);
        }
        // Read once: a frame is decided on in one state of the switch.
        SwitchTopology topology = switchMap.topology();
        long source = RawMemory.getLongBe(data + 6) >>> 16;
        if (!MacTable.isStation(source)) {
            return refuse(xdp, topology, DropReason.SWITCH_BAD_SOURCE);
        }
        int vid = port.vlans().classify(data, xdp.dataEnd());
        if (vid >= 0) {
            learn(xdp, MacTable.key(vid, source));
        }
        long destination = RawMemory.getLongBe(data) >>> 16;
        if ((destination & LINK_LOCAL_MASK) == LINK_LOCAL) {
            return refuse(xdp, topology, DropReason.SWITCH_LINK_LOCAL);
        }
        if (vid < 0) {
            return refuse(xdp, topology, reasonOf(vid));
        }
        if ((destination & GROUP_BIT) != 0) {
            return flood(xdp, topology, vid, FloodKind.ofGroup(destination));
        }
        int to = table.lookup(MacTable.key(vid, destination));
        return to == MacTable.NOT_FOUND
                ? flood(xdp, topology, vid, FloodKind.UNKNOWN_UNICAST)
                : forward(xdp, topology, vid, to);
    }

    private static DropReason reasonOf(int refusedVid) {
        return refusedVid == PortVlans.MALFORMED
                ? DropReason.SWITCH_MALFORMED
                : DropReason.SWITCH_VLAN_INGRESS;
    }

    private void learn(XdpBuff xdp, long key) {
        LearnResult result = table.learn(key, port.number());
        if (result != LearnResult.KNOWN) {
            port.counters(xdp.cpu()).learnt(result);
        }
    }

    private int forward(XdpBuff xdp, SwitchTopology topology, int vid, int to) {
        if (to == port.number()) {
            return refuse(xdp, topology, DropReason.SWITCH_SAME_PORT);
        }
        RedirectMap map = devMap;
        if (!topology.isDirect()) {
            SwitchPort egress = topology.port(to);
            if (egress != null && !egress.vlans().contains(vid)) {
                return refuse(xdp, topology, DropReason.SWITCH_VLAN_EGRESS);
            }
            switchMap.info(xdp.cpu()).set(topology, port, vid, null);
            map = switchMap;
        }
        int action = xdp.redirectMap(map, to, XdpAction.XDP_DROP);
        if (action != XdpAction.XDP_REDIRECT) {
            // The port went away a moment ago, and its addresses are about to.
            return flood(xdp, topology, vid, FloodKind.UNKNOWN_UNICAST);
        }
        port.counters(xdp.cpu()).forwarded++;
        return action;
    }

    private int flood(XdpBuff xdp, SwitchTopology topology, int vid, FloodKind kind) {
        StormControl storm = port.storm();
        if (storm != null && !storm.admits(kind, xdp.rxQueueIndex())) {
            return refuse(xdp, topology, DropReason.SWITCH_STORM);
        }
        port.counters(xdp.cpu()).flooded++;
        if (topology.isDirect()) {
            return redirectToAll(xdp, devMap);
        }
        switchMap.info(xdp.cpu()).set(topology, port, vid, null);
        return redirectToAll(xdp, switchMap);
    }

    /// Drops a frame. On a mirrored port it goes to the map for its copies and ends there, so that
    /// the device counts it as redirected.
    private int refuse(XdpBuff xdp, SwitchTopology topology, DropReason reason) {
        port.counters(xdp.cpu()).dropped(reason);
        if (topology.receivedMirrors(port).length == 0) {
            return xdp.drop(reason);
        }
        switchMap.info(xdp.cpu()).set(topology, port, 0, reason);
        return redirectToAll(xdp, switchMap);
    }

    private static int redirectToAll(XdpBuff xdp, RedirectMap map) {
        return xdp.redirectMap(map, 0, RedirectMap.BROADCAST | RedirectMap.EXCLUDE_INGRESS);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean hasFrags() {
        return true;
    }

    @Override
    public String toString() {
        return name + " at " + port;
    }
}
