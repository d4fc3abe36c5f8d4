package io.xdp4j.linux.netlink;

import io.xdp4j.linux.device.MacAddress;
import java.net.InetAddress;

/// A neighbour on a link.
///
/// - Thread: any; immutable.
/// - Kernel: `struct ndmsg` with `NDA_*` attributes.
///
/// @param ifindex device of the link
/// @param address of the neighbour
/// @param linkAddress zero while it is not known
/// @param state one of `NUD_*`
public record NeighbourInfo(int ifindex, InetAddress address, MacAddress linkAddress, int state) {
    /// REACHABLE, STALE, DELAY, PROBE, NOARP, PERMANENT: packets are sent to the link address.
    private static final int NUD_VALID = 0xde;

    /// Whether packets can be sent to it.
    public boolean isValid() {
        return (state & NUD_VALID) != 0;
    }
}
