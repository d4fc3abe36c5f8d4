package io.xdp4j.veth;

import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.device.Redirector;
import io.xdp4j.core.device.XdpAttachException;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.program.XdpProgram;
import org.jspecify.annotations.Nullable;

/// When a program may be attached to an end.
///
/// Thread: any.
/// Fails: [XdpAttachException] with the errno of the first broken rule.
/// Kernel: `veth_xdp_set`.
final class VethAttachRules {
    /// Frames up to this MTU fit one chunk behind the headroom: 3506.
    private static final int ONE_CHUNK_MTU = XdpFrame.LINEAR_BYTES - NetDevice.ETH_HLEN;

    private static final int FRAGS_BYTES = XdpFrame.MAX_FRAGS * XdpFrame.CHUNK_BYTES;

    private static final int ERANGE = 34;
    private static final int ENOTCONN = 107;

    private VethAttachRules() {}

    /// Largest MTU that a peer may have while a program runs here.
    static int maxPeerMtu(boolean frags) {
        return frags ? ONE_CHUNK_MTU + FRAGS_BYTES : ONE_CHUNK_MTU;
    }

    static void check(VethDevice device, @Nullable VethDevice peer, XdpProgram program) {
        if (peer == null) {
            throw refused(device, ENOTCONN, "ENOTCONN: no peer is left to receive from");
        }
        checkPeerMtu(device, peer, program.hasFrags());
        if (device.realRxQueues() < peer.realTxQueues()) {
            throw refused(
                    device,
                    Redirector.ENOSPC,
                    "ENOSPC: %d rx queues for the %d tx queues of peer %s; make them as many"
                            .formatted(device.realRxQueues(), peer.realTxQueues(), peer));
        }
    }

    private static void checkPeerMtu(VethDevice device, VethDevice peer, boolean frags) {
        int limit = maxPeerMtu(frags);
        if (peer.mtu() > limit) {
            String remedy = frags ? "" : " or attach a program for several chunks";
            throw refused(
                    device,
                    ERANGE,
                    "ERANGE: peer %s has mtu %d (expected: <= %d); lower it%s"
                            .formatted(peer, peer.mtu(), limit, remedy));
        }
    }

    private static XdpAttachException refused(VethDevice device, int errno, String reason) {
        return new XdpAttachException(errno, "attach(" + device + "): " + reason);
    }
}
