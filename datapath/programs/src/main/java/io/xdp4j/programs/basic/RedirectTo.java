package io.xdp4j.programs.basic;

import io.xdp4j.core.program.RedirectMap;
import io.xdp4j.core.program.XdpBuff;
import io.xdp4j.core.program.XdpProgram;
import io.xdp4j.ebpf.HotPath;

/// Redirects every packet to the same place.
///
/// Thread: any worker; immutable.
/// Owns: nothing.
/// Fails: a device that is not there is counted as a redirect error, a missing map entry as
/// ABORTED.
/// Kernel: `bpf_redirect`, `bpf_redirect_map`, as `xdp-bench redirect`, `redirect-map` and
/// `redirect-multi` call them.
public sealed interface RedirectTo extends XdpProgram {

    /// Out of one device.
    ///
    /// @param ifindex the device's interface index
    record Device(int ifindex) implements RedirectTo {
        @HotPath
        @Override
        public int run(XdpBuff xdp) {
            return xdp.redirect(ifindex, 0);
        }

        @Override
        public String name() {
            return "redirect";
        }
    }

    /// To one entry of a cpumap or devmap.
    ///
    /// @param map the map
    /// @param key the entry
    record Entry(RedirectMap map, int key) implements RedirectTo {
        @HotPath
        @Override
        public int run(XdpBuff xdp) {
            return xdp.redirectMap(map, key, 0);
        }

        @Override
        public String name() {
            return "redirect_map";
        }
    }

    /// To every entry of a devmap.
    ///
    /// @param map the map
    /// @param excludeIngress whether the device it came in by is left out
    record Broadcast(RedirectMap map, boolean excludeIngress) implements RedirectTo {
        @HotPath
        @Override
        public int run(XdpBuff xdp) {
            long flags = excludeIngress ? RedirectMap.EXCLUDE_INGRESS : 0;
            return xdp.redirectMap(map, 0, RedirectMap.BROADCAST | flags);
        }

        @Override
        public String name() {
            return "redirect_map_multi";
        }
    }

    @Override
    default boolean hasFrags() {
        return true;
    }
}
