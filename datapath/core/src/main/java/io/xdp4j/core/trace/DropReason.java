package io.xdp4j.core.trace;

/// Why a frame ended without being delivered: each dropped frame counts in exactly one of these.
///
/// Kernel: `enum skb_drop_reason`, and the counters that XDP drivers keep.
public enum DropReason {
    XDP_DROP("a program answered DROP"),
    XDP_ABORTED("a program answered ABORTED or threw"),
    XDP_INVALID_ACTION("a program answered a code that is no action"),
    XDP_TX_ERROR("the device did not take an XDP_TX frame"),
    REDIRECT_NO_TARGET("REDIRECT to an unknown device, or without a redirect call"),
    REDIRECT_DEVICE_DOWN("redirect to a device that is down (ENETDOWN)"),
    REDIRECT_TOO_LONG("redirect of a frame longer than the target's MTU allows (EMSGSIZE)"),
    REDIRECT_UNSUPPORTED("the target takes no redirected or no multi-buffer frames (EOPNOTSUPP)"),
    REDIRECT_NO_HEADROOM("no room for the frame header (EOVERFLOW)"),
    XSK_TOO_LONG("longer than a chunk of the AF_XDP socket's UMEM (ENOSPC)"),
    XSK_FILL_EMPTY("the AF_XDP socket's fill ring had no chunk (ENOMEM)"),
    XSK_RING_FULL("the AF_XDP socket's RX ring was full (ENOBUFS)"),
    REDIRECT_NO_ENTRY("broadcast to a map without a usable entry"),
    CPUMAP_RING_FULL("the target CPU's ring was full"),
    CPUMAP_PROGRAM("the cpumap program answered anything but PASS or REDIRECT"),
    CPUMAP_REDIRECT_ERROR("a redirect out of a cpumap program failed"),
    DEVMAP_PROGRAM("the devmap egress program answered anything but PASS"),
    DEVMAP_XMIT_ERROR("the target device did not take the frame"),
    CLONE_NO_MEMORY("no free chunk for a copy of the frame"),
    RX_NO_MEMORY("no free chunk for a received frame"),
    RX_TRUNCATED("the kernel or a capture delivered only part of the frame"),
    RX_TOO_SHORT("shorter than an Ethernet header"),
    RX_TOO_LONG("longer than the device's MTU or the longest chain"),
    RX_FRAGS_UNSUPPORTED("several chunks, for a program that does not take them"),
    RX_BAD_OFFLOAD("offload metadata that contradicts the packet"),
    TX_DEVICE_DOWN("the device went down or away"),
    TX_NO_PEER("no peer, or the peer has no receiving NAPI"),
    PEER_WITHOUT_NAPI(
            "the veth peer is gone, down or has no XDP program, so nothing polls there;"
                    + " attach a program to it or choose fidelity friendly"),
    TX_RING_FULL("the transmit ring or the socket buffer was full"),
    QDISC_FULL("too many frames waited for room in the veth peer's ring"),
    TX_TOO_LONG("longer than the device's MTU"),
    TX_ERROR("the kernel refused the frame"),
    HOST_NO_MEMORY("no free chunk for a frame that the host side wrote"),
    HOST_TOO_LONG("a buffer longer than the longest chain"),
    HOST_TOO_SHORT("a buffer shorter than an Ethernet header"),
    HOST_BACKLOG_FULL("too many frames waited for the host side"),
    RING_PURGED("ring contents freed when a program was removed or a device closed"),
    SHUTDOWN("still queued when the drain ended"),
    SWITCH_LINK_LOCAL("link-local group address, which a bridge does not forward"),
    SWITCH_BAD_SOURCE("group or zero source address"),
    SWITCH_SAME_PORT("the destination is behind the port it came from"),
    SWITCH_VLAN_INGRESS("the port does not accept the VLAN or the tagging"),
    SWITCH_VLAN_EGRESS("the port is no member of the frame's VLAN"),
    SWITCH_STORM("above the port's storm limit"),
    SWITCH_MALFORMED("too short for its tags");

    private final String meaning;

    DropReason(String meaning) {
        this.meaning = meaning;
    }

    /// The reason for a frame whose program answered `action`, one of those that drop.
    ///
    /// @param action 0 ABORTED, 1 DROP, or a code that is no action
    public static DropReason ofAction(int action) {
        return switch (action) {
            case 0 -> XDP_ABORTED;
            case 1 -> XDP_DROP;
            default -> XDP_INVALID_ACTION;
        };
    }

    /// One line for people.
    public String meaning() {
        return meaning;
    }
}
