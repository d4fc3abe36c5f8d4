package io.xdp4j.tools.xsk;

import io.xdp4j.afxdp.XskSocket;
import io.xdp4j.control.Snapshot;
import org.jspecify.annotations.Nullable;

/// Where AF_XDP sockets come from: the kernel, or a datapath of ours.
///
/// Thread: one.
/// Owns: what it attaches, and a datapath of its own, until closed. Sockets are closed before.
/// Fails: [io.xdp4j.linux.NativeException], and [io.xdp4j.tools.exit.CommandException] for what the
/// user named.
public sealed interface XskFace extends AutoCloseable permits KernelFace, EmulatedFace {
    /// The device.
    String device();

    int ifindex();

    /// Address of the device.
    byte[] mac();

    /// How frames reach the sockets, as xdpsock says it: `xdp-drv`, `xdp-skb`.
    String mode();

    /// A new socket.
    XskSocket socket();

    /// Binds a socket with a UMEM of its own.
    void bind(XskSocket socket, int queue, int flags);

    /// Has a program on the device that hands frames to the sockets.
    ///
    /// @param sockets how many take turns; 1 for the one of the frame's queue
    void attach(int queue, int sockets, boolean frags);

    /// Gives a socket its place among those that frames are handed to.
    void direct(int index, XskSocket socket);

    /// Begins to receive, and to do what the loop does.
    XskRun start(XskLoop loop);

    /// True when nothing more will arrive by itself.
    boolean isExhausted();

    /// Ends receiving; the counters of an own datapath after its drain, null without one.
    @Nullable Snapshot finish();

    @Override
    void close();
}
