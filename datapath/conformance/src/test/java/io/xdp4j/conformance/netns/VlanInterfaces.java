package io.xdp4j.conformance.netns;

import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Interfaces `v10`, `v20` of a host that see the VLANs 10 and 20 of its `eth0`.
///
/// They are VLAN devices where the kernel has them (8021q). Elsewhere a second xdp4j in the host
/// stands in: TAPs on access ports, `eth0` as the trunk, with 64 KB segments in between all the
/// same.
final class VlanInterfaces {
    private VlanInterfaces() {}

    /// Makes them, up and with the address `10.VID.0.HOST/24`.
    static void add(Lab lab, int host, int... vids) {
        if (kernelHasVlans(lab, host)) {
            IntStream.of(vids).forEach(vid -> addKernelDevice(lab, host, vid));
        } else {
            addTaps(lab, host, vids);
        }
        for (int vid : vids) {
            lab.host(host).addAddress("v" + vid, address(host, vid) + "/24");
        }
    }

    static String address(int host, int vid) {
        return "10." + vid + ".0." + host;
    }

    private static boolean kernelHasVlans(Lab lab, int host) {
        boolean made =
                lab.host(host)
                                .tryExec(
                                        "ip", "link", "add", "link", "eth0", "probe", "type",
                                        "vlan", "id", "4094")
                                .exitCode()
                        == 0;
        if (made) {
            lab.host(host).ip("link", "del", "probe");
        }
        return made;
    }

    private static void addKernelDevice(Lab lab, int host, int vid) {
        String id = Integer.toString(vid);
        lab.host(host).ip("link", "add", "link", "eth0", "v" + vid, "type", "vlan", "id", id);
        lab.host(host).ip("link", "set", "v" + vid, "up");
    }

    private static void addTaps(Lab lab, int host, int... vids) {
        String taps =
                IntStream.of(vids)
                        .mapToObj(vid -> "  - {name: v" + vid + ", transport: tap}\n")
                        .collect(Collectors.joining());
        String ports =
                IntStream.of(vids)
                        .mapToObj(vid ->
                                "    - {device: v%d, vlan: {mode: access, pvid: %d}}\n"
                                        .formatted(vid, vid))
                        .collect(Collectors.joining());
        lab.startFileIn(
                host,
                """
                workers: 1
                frames: 4096
                devices:
                  - {name: eth0, transport: af_packet, interface: eth0}
                %sswitch:
                  ports:
                    - {device: eth0, vlan: {mode: trunk}}
                %s\
                """
                        .formatted(taps, ports));
    }
}
