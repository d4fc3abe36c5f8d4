package io.xdp4j.linux.device;

/// Which work on frames a device takes over from the stack, as `ethtool -k` lists it.
///
/// An AF_PACKET port in front of a program without frags needs [#off()]: then frames come with
/// whole checksums and within the MTU. Keep what [#read] gave and [#apply] it at close.
///
/// - Thread: any; immutable. [#read] and [#apply] act in the network namespace of the calling
///   thread; use [Ethtool] for another.
/// - Fails: [#read] and [#apply] throw [NativeException][io.xdp4j.linux.NativeException].
/// - Kernel: `netdev_features_t`; `ETHTOOL_GRXCSUM` and its like, net/ethtool/ioctl.c.
///
/// @param rxChecksum checks checksums of received frames
/// @param txChecksum fills in checksums of sent frames
/// @param scatterGather sends frames in pieces; needs `txChecksum`
/// @param tso cuts large TCP segments; needs `scatterGather`
/// @param gso takes large segments, cut late by the stack; needs `scatterGather`
/// @param gro joins received segments
/// @param lro joins received segments in hardware, not reversibly
/// @param udpSegmentation cuts large UDP segments (`tx-udp-segmentation`)
/// @param rxVlan takes the VLAN tag out of received frames
/// @param txVlan puts the VLAN tag into sent frames
public record Offloads(
        boolean rxChecksum,
        boolean txChecksum,
        boolean scatterGather,
        boolean tso,
        boolean gso,
        boolean gro,
        boolean lro,
        boolean udpSegmentation,
        boolean rxVlan,
        boolean txVlan) {

    /// Everything off: each frame is whole, as on the wire.
    public static Offloads off() {
        return new Offloads(false, false, false, false, false, false, false, false, false, false);
    }

    /// The offloads of a device as they are now.
    public static Offloads read(String ifname) {
        try (Ethtool ethtool = Ethtool.open()) {
            return ethtool.offloads(ifname);
        }
    }

    /// Sets the offloads of a device where they differ; see [Ethtool#setOffloads].
    ///
    /// @return what is in force now; it differs from `offloads` where the driver has no choice
    public static Offloads apply(String ifname, Offloads offloads) {
        try (Ethtool ethtool = Ethtool.open()) {
            return ethtool.setOffloads(ifname, offloads);
        }
    }
}
