package io.xdp4j.core.channel;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import io.xdp4j.core.device.HostPath;
import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.frame.ByteBufFrames;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.napi.FlushPhase;
import io.xdp4j.core.napi.Flushable;
import io.xdp4j.core.napi.Worker;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.ebpf.HotPath;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The host side of a device on one worker, as a Netty channel.
///
/// A PASSed frame arrives in the pipeline as a `ByteBuf` over the frame's own memory, on the worker
/// that ran the program; releasing it returns the chunk. Checksums are complete, and a GSO frame
/// arrives as its segments. Writing a `ByteBuf` of a whole Ethernet frame transmits it on the
/// device. `channelReadComplete` follows once per poll.
///
/// A wire does not wait: turning auto-read off does not hold frames back.
///
/// Thread: as any Netty channel; its event loop is the worker.
/// Owns: received frames until the pipeline's handlers release them.
/// Fails: a frame that cannot be sent is counted as dropped, and its write still succeeds, as a
/// packet socket's does.
public final class XdpChannel extends AbstractChannel implements HostPath {
    private static final ChannelMetadata METADATA = new ChannelMetadata(false);

    private final NetDevice device;
    private final Worker worker;
    private final ChannelConfig config = new DefaultChannelConfig(this);
    private final DeviceAddress address;
    private volatile boolean open = true;
    private final Flushable readComplete = this::completeRead;
    private boolean listed;

    private XdpChannel(NetDevice device, Worker worker) {
        super(null);
        this.device = device;
        this.worker = worker;
        this.address = new DeviceAddress(device.name(), worker.index());
    }

    /// Opens the device's host side: one channel per worker, each with `handler` in its pipeline (a
    /// `ChannelInitializer`, or a sharable handler). They replace earlier ones.
    public static List<XdpChannel> open(NetDevice device, ChannelHandler handler) {
        List<XdpChannel> channels = new ArrayList<>();
        for (Worker worker : device.datapath().workers().all()) {
            XdpChannel channel = new XdpChannel(device, worker);
            channel.pipeline().addLast(handler);
            worker.eventLoop().register(channel).syncUninterruptibly();
            device.setHostPath(worker, channel);
            channels.add(channel);
        }
        return channels;
    }

    public NetDevice device() {
        return device;
    }

    public Worker worker() {
        return worker;
    }

    // ---- receive

    @HotPath
    @Override
    public void receive(XdpFrame frame) {
        if (!listed) {
            listed = true;
            worker.flushLater(FlushPhase.HOST, readComplete);
        }
        pipeline().fireChannelRead(frame.asByteBuf());
    }

    /// A buffer cannot say that its checksum is open or that it stands for several packets, and a
    /// handler may send it on.
    @Override
    public boolean takesOffloads() {
        return false;
    }

    private void completeRead() {
        listed = false;
        pipeline().fireChannelReadComplete();
    }

    // ---- transmit

    @Override
    protected Object filterOutboundMessage(Object message) {
        if (message instanceof ByteBuf) {
            return message;
        }
        throw new UnsupportedOperationException(
                "write: " + message.getClass().getName() + " (expected: ByteBuf)");
    }

    @HotPath
    @Override
    protected void doWrite(ChannelOutboundBuffer out) {
        while (out.current() instanceof ByteBuf buf) {
            int length = buf.readableBytes();
            XdpFrame frame = null;
            if (length >= NetDevice.ETH_HLEN) {
                frame = ByteBufFrames.take(buf, worker.pool(), worker.frames());
            }
            out.remove();
            worker.ledger().entered(1);
            if (frame == null) {
                worker.ledger().dropped(reason(length), 1);
            } else {
                device.hostXmit(worker, frame);
            }
        }
        worker.flushUnlessPolling();
    }

    private static DropReason reason(int length) {
        if (length < NetDevice.ETH_HLEN) {
            return DropReason.HOST_TOO_SHORT;
        }
        return length > ByteBufFrames.MAX_BYTES
                ? DropReason.HOST_TOO_LONG
                : DropReason.HOST_NO_MEMORY;
    }

    // ---- channel

    @Override
    public ChannelConfig config() {
        return config;
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public boolean isActive() {
        return open && isRegistered();
    }

    @Override
    protected boolean isCompatible(EventLoop loop) {
        return loop.equals(worker.eventLoop());
    }

    @Override
    protected SocketAddress localAddress0() {
        return address;
    }

    @Override
    protected @Nullable SocketAddress remoteAddress0() {
        return null;
    }

    @Override
    protected void doBind(SocketAddress local) {
        throw new UnsupportedOperationException("a device's channel is bound to its device");
    }

    @Override
    protected void doDisconnect() {
        doClose();
    }

    @Override
    protected void doClose() {
        open = false;
        device.clearHostPath(worker, this);
    }

    @Override
    protected void doBeginRead() {}

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new HostUnsafe();
    }

    private final class HostUnsafe extends AbstractUnsafe {
        @Override
        public void connect(
                SocketAddress remote, @Nullable SocketAddress local, ChannelPromise promise) {
            promise.setFailure(
                    new UnsupportedOperationException("a device's channel has no remote end"));
        }
    }
}
