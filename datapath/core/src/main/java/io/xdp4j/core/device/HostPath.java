package io.xdp4j.core.device;

import io.xdp4j.core.frame.XdpFrame;

/// The host side of a device on one worker: takes what programs PASS.
///
/// Kernel: `netif_receive_skb` on one CPU.
public interface HostPath {
    /// Takes a frame.
    ///
    /// Thread: the worker.
    /// Owns: the frame from here on.
    void receive(XdpFrame frame);

    /// False to get finished packets only: whole checksums, GSO frames in segments.
    default boolean takesOffloads() {
        return true;
    }
}
