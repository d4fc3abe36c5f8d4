package io.xdp4j.packet.tap;

import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.device.RxQueue;
import io.xdp4j.core.frame.ByteBufFrames;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.napi.NapiContext;
import io.xdp4j.core.napi.NapiPoller;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.linux.Fd;
import io.xdp4j.packet.vnet.FrameCopy;
import io.xdp4j.packet.vnet.VnetHeader;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/// Reads frames from one TAP descriptor.
///
/// Thread: the queue's worker, except the control methods.
/// Owns: its staging memory; not the descriptor.
final class TapRxQueue implements NapiPoller, EpollIoHandle {
    private static final EpollIoOps READABLE = EpollIoOps.EPOLLIN.with(EpollIoOps.EPOLLET);

    private final RxQueue queue;
    private final int fd;
    private final FileDescriptor descriptor;
    private final NapiContext napi;
    private final Arena arena = Arena.ofShared();
    private final int stagingBytes = VnetHeader.BYTES + ByteBufFrames.MAX_BYTES;
    private final long staging = arena.allocate(stagingBytes, 8).address();
    private @Nullable IoRegistration registration;
    private volatile boolean receiving;

    TapRxQueue(RxQueue queue, int fd) {
        this.queue = queue;
        this.fd = fd;
        this.descriptor = new FileDescriptor(fd);
        this.napi = queue.worker().register(this, queue.toString());
    }

    void start() {
        receiving = true;
        IoEventLoop loop = (IoEventLoop) queue.worker().eventLoop();
        IoRegistration watch = loop.register(this).syncUninterruptibly().getNow();
        registration = watch;
        watch.submit(READABLE);
        napi.schedule();
    }

    void stopReceiving() {
        receiving = false;
    }

    /// Stops watching. Not to be called on the worker.
    void stop() {
        receiving = false;
        IoRegistration watch = registration;
        registration = null;
        if (watch != null) {
            queue.worker().eventLoop().submit(() -> watch.cancel()).syncUninterruptibly();
        }
    }

    @Override
    public FileDescriptor fd() {
        return descriptor;
    }

    @Override
    public void handle(IoRegistration from, IoEvent event) {
        napi.schedule();
    }

    /// A poll ends only when the descriptor had nothing more; what comes later raises an event.
    @Override
    public boolean hasWork() {
        return false;
    }

    @HotPath
    @Override
    public int poll(int budget) {
        int done = 0;
        while (receiving && done < budget) {
            int read = Fd.read(fd, staging, stagingBytes);
            if (read <= 0) {
                break;
            }
            receive(read - VnetHeader.BYTES);
            done++;
        }
        return done;
    }

    @HotPath
    private void receive(int length) {
        if (length < NetDevice.ETH_HLEN) {
            queue.dropWithoutFrame(DropReason.RX_TOO_SHORT, 1);
            return;
        }
        XdpFrame frame = FrameCopy.of(staging + VnetHeader.BYTES, length, queue.worker().frames());
        if (frame == null) {
            queue.dropWithoutFrame(DropReason.RX_NO_MEMORY, 1);
            return;
        }
        if (!VnetHeader.read(staging, frame, 0)) {
            queue.worker().ledger().entered(1);
            queue.drop(frame, DropReason.RX_BAD_OFFLOAD);
            return;
        }
        queue.receiveNew(frame);
    }

    @Override
    public void close() {
        arena.close();
    }
}
