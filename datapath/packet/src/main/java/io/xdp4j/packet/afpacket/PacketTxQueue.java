package io.xdp4j.packet.afpacket;

import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.device.TxQueue;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.napi.FlushPhase;
import io.xdp4j.core.napi.Flushable;
import io.xdp4j.core.napi.Worker;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.linux.Errno;
import io.xdp4j.linux.Fd;
import io.xdp4j.linux.MsgBatch;
import io.xdp4j.linux.Sockets;
import io.xdp4j.linux.afpacket.AfPacket;
import io.xdp4j.linux.afpacket.PacketSocket;
import io.xdp4j.packet.vnet.VnetHeader;
import java.lang.foreign.Arena;

/// One worker's send sockets: up to 64 frames go with one `sendmmsg` at the end of the poll.
///
/// Frames with offloads go through a socket that takes an offload header, which is written into the
/// headroom right before the data, so that a frame of one chunk stays one range of memory. Plain
/// frames go through a socket without it, which costs the kernel less. A batch is of one kind.
///
/// Thread: its worker, except [#open] and [#close].
/// Owns: the sockets; frames from [#enqueue] until [#flush].
/// Fails: a frame that the kernel refuses is dropped and counted by reason.
final class PacketTxQueue implements Flushable, AutoCloseable {
    private static final int BATCH = 64;
    private static final int SEND_BUFFER_BYTES = 8 << 20;

    private final NetDevice device;
    private final Worker worker;
    private final TxQueue counters;
    private final int plainFd;
    private final int offloadFd;
    private final Arena arena = Arena.ofShared();
    private final MsgBatch batch = MsgBatch.of(arena, BATCH, XdpFrame.MAX_FRAGS + 1);
    private final XdpFrame[] frames = new XdpFrame[BATCH];
    private int count;
    private boolean offload;
    private boolean listed;
    private volatile boolean closed;

    private PacketTxQueue(
            NetDevice device, Worker worker, TxQueue counters, int plainFd, int offloadFd) {
        this.device = device;
        this.worker = worker;
        this.counters = counters;
        this.plainFd = plainFd;
        this.offloadFd = offloadFd;
    }

    static PacketTxQueue open(
            NetDevice device, Worker worker, TxQueue counters, boolean qdiscBypass, int ifindex) {
        int plain = socket(ifindex);
        try {
            if (qdiscBypass) {
                PacketSocket.setOption(plain, AfPacket.PACKET_QDISC_BYPASS, 1);
            }
            int offload = socket(ifindex);
            PacketSocket.setOption(offload, AfPacket.PACKET_VNET_HDR, 1);
            return new PacketTxQueue(device, worker, counters, plain, offload);
        } catch (RuntimeException e) {
            Fd.close(plain);
            throw e;
        }
    }

    private static int socket(int ifindex) {
        int fd = PacketSocket.open();
        try {
            Sockets.setOption(fd, Sockets.SOL_SOCKET, Sockets.SO_SNDBUF, SEND_BUFFER_BYTES);
            PacketSocket.bind(fd, 0, ifindex);
            return fd;
        } catch (RuntimeException e) {
            Fd.close(fd);
            throw e;
        }
    }

    @HotPath
    void enqueue(XdpFrame frame) {
        boolean withHeader = frame.hasOffload();
        if (count == BATCH || withHeader != offload) {
            send();
            offload = withHeader;
        }
        if (!listed) {
            listed = true;
            worker.flushLater(FlushPhase.TRANSMIT, this);
        }
        if (withHeader) {
            batch.set(count, VnetHeader.write(frame), frame.length() + VnetHeader.BYTES);
        } else {
            batch.set(count, frame.data(), frame.length());
        }
        if (frame.hasFrags()) {
            addFrags(frame);
        }
        frames[count++] = frame;
    }

    @HotPath
    private void addFrags(XdpFrame frame) {
        int ranges = 1;
        for (XdpFrame frag = frame.nextFrag(); frag != null; frag = frag.nextFrag()) {
            batch.setIovec(count, ranges++, frag.data(), frag.length());
        }
        batch.setIovecCount(count, ranges);
    }

    @HotPath
    @Override
    public void flush() {
        listed = false;
        send();
    }

    @HotPath
    private void send() {
        int queued = count;
        count = 0;
        int fd = offload ? offloadFd : plainFd;
        int at = 0;
        while (at < queued) {
            int sent =
                    closed
                            ? -Errno.ENETDOWN
                            : batch.send(fd, at, queued - at, Sockets.MSG_DONTWAIT);
            if (sent > 0) {
                complete(at, at + sent);
                at += sent;
            } else {
                drop(frames[at], sent);
                at++;
            }
        }
    }

    @HotPath
    private void complete(int from, int to) {
        long bytes = 0;
        for (int i = from; i < to; i++) {
            bytes += frames[i].totalLength();
            worker.frames().free(frames[i]);
        }
        worker.ledger().transmitted(to - from);
        counters.sent(to - from, bytes);
    }

    @HotPath
    private void drop(XdpFrame frame, int error) {
        counters.dropped(1);
        worker.drop(frame, reason(error), device.ifindex());
    }

    @HotPath
    private static DropReason reason(int error) {
        return switch (-error) {
            case Errno.EAGAIN, Errno.ENOBUFS, Errno.ENOMEM -> DropReason.TX_RING_FULL;
            case Errno.ENETDOWN, Errno.ENXIO, Errno.ENODEV -> DropReason.TX_DEVICE_DOWN;
            case Errno.EMSGSIZE -> DropReason.TX_TOO_LONG;
            default -> DropReason.TX_ERROR;
        };
    }

    /// Whether frames go past the interface's queueing discipline. Any thread.
    void setQdiscBypass(boolean on) {
        PacketSocket.setOption(offloadFd, AfPacket.PACKET_QDISC_BYPASS, on ? 1 : 0);
    }

    /// Closes the socket; frames that come later are dropped. Not to be called on the worker.
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        device.datapath().workers().synchronize();
        Fd.close(plainFd);
        Fd.close(offloadFd);
        arena.close();
    }
}
