package io.xdp4j.config;

import java.util.List;

/// A pair of virtual devices in this process; what one end sends, the other receives.
///
/// Thread: immutable.
/// Owns: nothing.
/// Fails: never.
/// Kernel: drivers/net/veth.c, `ip link add NAME type veth peer name PEER`.
///
/// @param name the name of one end
/// @param peer the name of the other end
/// @param rxQueues receive queues of the one end
/// @param txQueues transmit queues of the one end
/// @param peerRxQueues receive queues of the other end
/// @param peerTxQueues transmit queues of the other end
/// @param mtu largest payload in bytes, of both ends
/// @param mac address of the one end
/// @param peerMac address of the other end
/// @param fidelity how closely the pair keeps to the kernel
/// @param qdisc frames of host sides that wait for room in the peer's ring, 0 for none
/// @param at where it was written
public record VethDeviceSpec(
        String name,
        String peer,
        int rxQueues,
        int txQueues,
        int peerRxQueues,
        int peerTxQueues,
        int mtu,
        MacAddress mac,
        MacAddress peerMac,
        Fidelity fidelity,
        int qdisc,
        SourceLocation at)
        implements DeviceSpec {

    /// Whether a peer without a program takes redirected frames: in the kernel it does not.
    public enum Fidelity {
        STRICT,
        FRIENDLY
    }

    /// Both ends.
    @Override
    public List<String> deviceNames() {
        return List.of(name, peer);
    }
}
