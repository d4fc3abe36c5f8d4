package io.xdp4j.tools.xsk;

import io.xdp4j.afxdp.KernelXskSocket;
import io.xdp4j.afxdp.XskProgram;
import io.xdp4j.afxdp.XskSocket;
import io.xdp4j.control.Snapshot;
import io.xdp4j.linux.Errno;
import io.xdp4j.linux.LinuxPlatform;
import io.xdp4j.linux.NativeException;
import io.xdp4j.linux.bpf.KernelXdpLink;
import io.xdp4j.linux.device.Ethtool;
import io.xdp4j.linux.netlink.LinkInfo;
import io.xdp4j.linux.netlink.RtNetlink;
import io.xdp4j.tools.exit.CommandException;
import io.xdp4j.tools.exit.ExitCode;
import io.xdp4j.tools.session.Macs;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// AF_XDP of the kernel on an interface of the host. The program is held by a link, so that it is off
/// the interface however the process ends.
public final class KernelFace implements XskFace {
    private final LinkInfo link;
    private final int queues;
    private final XskMode wanted;
    private @Nullable XskProgram program;
    private String mode = "";
    private boolean inTurn;
    private int queue;

    private KernelFace(LinkInfo link, int queues, XskMode wanted) {
        this.link = link;
        this.queues = queues;
        this.wanted = wanted;
    }

    /// Finds an interface of the host.
    ///
    /// @param interfaceName name or index
    public static KernelFace open(String interfaceName, XskMode mode) {
        if (!LinuxPlatform.isSupported()) {
            throw new CommandException(
                    ExitCode.UNSUPPORTED,
                    interfaceName + ": AF_XDP needs Linux (expected: a device of --config FILE)");
        }
        LinkInfo link = link(interfaceName);
        return new KernelFace(link, queues(link.name()), mode);
    }

    private static LinkInfo link(String nameOrIndex) {
        List<LinkInfo> links;
        try (RtNetlink netlink = RtNetlink.open()) {
            links = netlink.links();
        }
        return links.stream()
                .filter(one ->
                        one.name().equals(nameOrIndex)
                                || String.valueOf(one.ifindex()).equals(nameOrIndex))
                .findFirst()
                .orElseThrow(() ->
                        CommandException.usage(
                                nameOrIndex
                                        + ": no such interface (expected: one that `ip link` lists,"
                                        + " or a device of --config FILE)"));
    }

    private static int queues(String name) {
        try (Ethtool ethtool = Ethtool.open()) {
            return ethtool.channels(name)
                    .map(channels -> Math.max(1, channels.rx() + channels.combined()))
                    .orElse(1);
        }
    }

    @Override
    public String device() {
        return link.name();
    }

    @Override
    public int ifindex() {
        return link.ifindex();
    }

    @Override
    public byte[] mac() {
        return Macs.bytes(link.address().value());
    }

    @Override
    public String mode() {
        return mode;
    }

    @Override
    public XskSocket socket() {
        return KernelXskSocket.open();
    }

    @Override
    public void bind(XskSocket socket, int queue, int flags) {
        if (queue < 0 || queue >= queues) {
            throw CommandException.usage(
                    "--queue: "
                            + queue
                            + " (expected: 0.."
                            + (queues - 1)
                            + ", the receive queues of "
                            + device()
                            + ")");
        }
        ((KernelXskSocket) socket).bindWhenFree(ifindex(), queue, flags);
    }

    @Override
    public void attach(int to, int sockets, boolean frags) {
        queue = to;
        inTurn = sockets > 1;
        if (wanted != XskMode.GENERIC) {
            try {
                program = load(KernelXdpLink.XDP_FLAGS_DRV_MODE, sockets, frags);
                mode = "xdp-drv";
                return;
            } catch (NativeException e) {
                if (wanted == XskMode.NATIVE || !lacksNative(e)) {
                    throw e;
                }
            }
        }
        program = load(KernelXdpLink.XDP_FLAGS_SKB_MODE, sockets, frags);
        mode = "xdp-skb";
    }

    /// Refusals that generic mode does not have; another program is in its way, too.
    private static boolean lacksNative(NativeException e) {
        return switch (e.errno()) {
            case Errno.EBUSY, Errno.EEXIST, Errno.EPERM -> false;
            default -> true;
        };
    }

    private XskProgram load(int flags, int sockets, boolean frags) {
        return sockets == 1
                ? XskProgram.attach(ifindex(), queues, flags, frags)
                : XskProgram.attachInTurn(ifindex(), sockets, flags, frags);
    }

    @Override
    public void direct(int index, XskSocket socket) {
        XskProgram attached = program;
        if (attached != null) {
            attached.direct(inTurn ? index : queue, (KernelXskSocket) socket);
        }
    }

    @Override
    public XskRun start(XskLoop loop) {
        return ThreadRun.start(loop);
    }

    @Override
    public boolean isExhausted() {
        return false;
    }

    /// Takes the program off: what comes from now on is the stack's.
    @Override
    public @Nullable Snapshot finish() {
        close();
        return null;
    }

    @Override
    public void close() {
        XskProgram attached = program;
        program = null;
        if (attached != null) {
            attached.close();
        }
    }
}
