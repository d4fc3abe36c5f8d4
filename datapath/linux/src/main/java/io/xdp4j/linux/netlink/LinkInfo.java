package io.xdp4j.linux.netlink;

import io.xdp4j.linux.device.IfReq;
import io.xdp4j.linux.device.MacAddress;

/// A network device, as the kernel describes it.
///
/// - Thread: any; immutable.
/// - Kernel: `struct ifinfomsg` with `IFLA_*` attributes, `rtnetlink(7)`.
///
/// @param ifindex number of the device, above 0
/// @param name may change
/// @param mtuBytes without the Ethernet header
/// @param address zero for a device without an Ethernet address
/// @param flags bits `IFF_*` of [IfReq]
/// @param operState operational state
/// @param carrier whether the driver reports a carrier
/// @param masterIfindex bridge or bond it belongs to; 0 for none
/// @param linkIfindex the peer of a veth, the device below a VLAN; 0 for none. In another namespace
///   when `linkNetnsId` is not -1
/// @param linkNetnsId id of the namespace of `linkIfindex`, as this namespace counts; -1 for the
///   same one
/// @param kind such as `veth`, `tun` or `bridge`; empty for a physical device and the loopback
/// @param txQueues sending queues the device was made with
/// @param rxQueues receiving queues the device was made with
/// @param xdp the XDP program that is attached
public record LinkInfo(
        int ifindex,
        String name,
        int mtuBytes,
        MacAddress address,
        int flags,
        OperState operState,
        boolean carrier,
        int masterIfindex,
        int linkIfindex,
        int linkNetnsId,
        String kind,
        int txQueues,
        int rxQueues,
        XdpAttachment xdp) {

    /// Whether it is set up, with or without a carrier.
    public boolean isUp() {
        return (flags & IfReq.IFF_UP) != 0;
    }

    /// Whether it is up and operational: frames can pass.
    public boolean isRunning() {
        return (flags & IfReq.IFF_RUNNING) != 0;
    }

    public boolean isLoopback() {
        return (flags & IfReq.IFF_LOOPBACK) != 0;
    }
}
