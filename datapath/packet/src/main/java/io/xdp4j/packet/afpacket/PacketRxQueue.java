package io.xdp4j.packet.afpacket;

import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.device.RxQueue;
import io.xdp4j.core.frame.ByteBufFrames;
import io.xdp4j.core.frame.FrameCache;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.napi.NapiContext;
import io.xdp4j.core.napi.NapiPoller;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.linux.Fd;
import io.xdp4j.linux.Sockets;
import io.xdp4j.linux.afpacket.AfPacket;
import io.xdp4j.linux.afpacket.PacketSocket;
import io.xdp4j.linux.afpacket.PacketStatistics;
import io.xdp4j.linux.afpacket.TpStatus;
import io.xdp4j.linux.afpacket.Tpacket3Hdr;
import io.xdp4j.linux.afpacket.TpacketReq3;
import io.xdp4j.packet.vnet.FrameCopy;
import io.xdp4j.packet.vnet.VnetHeader;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// One receive socket: copies the frames of its ring into chunks and runs them through the queue.
///
/// A VLAN tag that the kernel took out is put back, so the program sees the frame as the wire had
/// it. Frames longer than one chunk become chains.
///
/// Thread: the queue's worker, except [#open], [#stopReceiving], [#close] and the counters.
/// Owns: the socket and its ring.
final class PacketRxQueue implements NapiPoller, EpollIoHandle, AutoCloseable {
    /// How long the frames that are in the ring at the end are read, when all of them are handed over.
    private static final long DRAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private static final long DRAIN_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private static final int MACS = 12;
    private static final int TAG = 4;
    private static final int ETH_P_8021Q = 0x8100;
    private static final EpollIoOps READABLE = EpollIoOps.EPOLLIN.with(EpollIoOps.EPOLLET);

    private final RxQueue queue;
    private final FrameCache frames;
    private final NapiContext napi;
    private final int fd;
    private final FileDescriptor descriptor;
    private final PacketRing ring;
    private final long drainNanos;
    private @Nullable IoRegistration registration;
    private volatile boolean receiving = true;
    private boolean closed;

    /// Frames taken out of the ring; the worker's, read by others behind a task of the worker.
    private long read;

    private long accepted;
    private long kernelDrops;
    private long leftUnread;

    private PacketRxQueue(RxQueue queue, int fd, PacketRing ring, int retireMillis) {
        this.queue = queue;
        this.frames = queue.worker().frames();
        this.fd = fd;
        this.descriptor = new FileDescriptor(fd);
        this.ring = ring;
        this.drainNanos = DRAIN_NANOS + TimeUnit.MILLISECONDS.toNanos(retireMillis);
        this.napi = queue.worker().register(this, queue.toString());
    }

    /// Opens a socket with its ring. It collects nothing until [#bind], delivers nothing until
    /// [#start].
    static PacketRxQueue open(RxQueue queue, AfPacketSettings settings) {
        int fd = PacketSocket.open();
        try {
            PacketSocket.setOption(fd, AfPacket.PACKET_VERSION, AfPacket.TPACKET_V3);
            PacketSocket.setOption(fd, AfPacket.PACKET_VNET_HDR, 1);
            PacketSocket.setOption(fd, AfPacket.PACKET_IGNORE_OUTGOING, 1);
            TpacketReq3 request = settings.ring();
            PacketSocket.setRxRing(fd, request);
            PacketRing ring = new PacketRing(fd, request);
            return new PacketRxQueue(queue, fd, ring, request.retireTimeoutMillis());
        } catch (RuntimeException e) {
            Fd.close(fd);
            throw e;
        }
    }

    /// Has the interface's frames collected in the ring from here on.
    void bind(AfPacketSettings settings, int ifindex) {
        PacketSocket.bind(fd, AfPacket.ETH_P_ALL, ifindex);
        if (settings.promiscuous()) {
            PacketSocket.addPromiscuous(fd, ifindex);
        }
    }

    int socket() {
        return fd;
    }

    /// Begins to watch the socket.
    void start() {
        if (registration != null) {
            return;
        }
        IoEventLoop loop = (IoEventLoop) queue.worker().eventLoop();
        IoRegistration watch = loop.register(this).syncUninterruptibly().getNow();
        registration = watch;
        watch.submit(READABLE);
        napi.schedule();
    }

    /// Has the kernel put no more frames into the ring, and reads those that are there. What is still
    /// there after a while is counted when the socket is closed.
    void stopReceiving() {
        if (!receiving) {
            return;
        }
        PacketSocket.refuseAll(fd);
        long deadline = System.nanoTime() + drainNanos;
        while (registration != null && unread() > 0 && System.nanoTime() - deadline < 0) {
            napi.schedule();
            // A block that is not full is handed over after its timeout.
            LockSupport.parkNanos(DRAIN_POLL_NANOS);
        }
        receiving = false;
    }

    /// Frames that are in the ring. Not to be called on the worker.
    private long unread() {
        long taken = queue.worker().eventLoop().submit(() -> read).syncUninterruptibly().getNow();
        count();
        return accepted - taken;
    }

    // ---- events

    @Override
    public FileDescriptor fd() {
        return descriptor;
    }

    @Override
    public void handle(IoRegistration from, IoEvent event) {
        napi.schedule();
    }

    @Override
    public boolean hasWork() {
        return receiving && !closed && ring.isReady();
    }

    // ---- hot path

    @HotPath
    @Override
    public int poll(int budget) {
        if (!receiving || closed) {
            return 0;
        }
        int done = 0;
        while (done < budget) {
            long header = ring.next();
            if (header == 0) {
                break;
            }
            receive(header);
            done++;
        }
        read += done;
        return done;
    }

    @HotPath
    private void receive(long header) {
        int captured = RawMemory.getInt(header + Tpacket3Hdr.TP_SNAPLEN);
        int length = RawMemory.getInt(header + Tpacket3Hdr.TP_LEN);
        if (captured < length) {
            queue.dropWithoutFrame(DropReason.RX_TRUNCATED, 1);
            return;
        }
        if (length < NetDevice.ETH_HLEN) {
            queue.dropWithoutFrame(DropReason.RX_TOO_SHORT, 1);
            return;
        }
        long packet = header + (RawMemory.getShort(header + Tpacket3Hdr.TP_MAC) & 0xffff);
        XdpFrame frame = FrameCopy.of(packet, length, frames);
        if (frame == null) {
            queue.dropWithoutFrame(
                    length > ByteBufFrames.MAX_BYTES
                            ? DropReason.RX_TOO_LONG
                            : DropReason.RX_NO_MEMORY,
                    1);
            return;
        }
        int shift = restoreTag(frame, header);
        if (!VnetHeader.read(packet - VnetHeader.BYTES, frame, shift)) {
            queue.worker().ledger().entered(1);
            queue.drop(frame, DropReason.RX_BAD_OFFLOAD);
            return;
        }
        queue.receiveNew(frame);
    }

    /// Puts back a VLAN tag that came beside the frame; returns the bytes it takes.
    @HotPath
    private static int restoreTag(XdpFrame frame, long header) {
        int status = RawMemory.getInt(header + Tpacket3Hdr.TP_STATUS);
        if ((status & TpStatus.TP_STATUS_VLAN_VALID) == 0) {
            return 0;
        }
        boolean hasTpid = (status & TpStatus.TP_STATUS_VLAN_TPID_VALID) != 0;
        int tpid = hasTpid ? RawMemory.getShort(header + Tpacket3Hdr.TP_VLAN_TPID) : ETH_P_8021Q;
        long data = frame.data();
        RawMemory.putLong(data - TAG, RawMemory.getLong(data));
        RawMemory.putInt(data - TAG + 8, RawMemory.getInt(data + 8));
        RawMemory.putShortBe(data - TAG + MACS, tpid);
        RawMemory.putShortBe(
                data - TAG + MACS + 2, RawMemory.getInt(header + Tpacket3Hdr.TP_VLAN_TCI));
        frame.setData((int) (data - TAG - frame.chunk()), frame.length() + TAG);
        return TAG;
    }

    // ---- control

    /// Frames that the kernel could not put into the ring so far.
    synchronized long kernelDrops() {
        count();
        return kernelDrops;
    }

    /// Frames that were in the ring when the socket was closed.
    synchronized long leftUnread() {
        return leftUnread;
    }

    private synchronized void count() {
        if (!closed) {
            PacketStatistics statistics = PacketSocket.statistics(fd);
            kernelDrops += statistics.drops();
            accepted += statistics.packets() - statistics.drops();
        }
    }

    /// Clears the error that a link going down leaves on the socket.
    void clearError() {
        Sockets.option(fd, Sockets.SOL_SOCKET, Sockets.SO_ERROR);
    }

    /// Stops watching and closes the socket. Not to be called on the worker.
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        PacketSocket.refuseAll(fd);
        receiving = false;
        leftUnread = unread();
        queue.worker()
                .eventLoop()
                .submit(() -> {
                    closed = true;
                    IoRegistration watch = registration;
                    if (watch != null) {
                        watch.cancel();
                    }
                })
                .syncUninterruptibly();
        ring.close();
        Fd.close(fd);
    }
}
