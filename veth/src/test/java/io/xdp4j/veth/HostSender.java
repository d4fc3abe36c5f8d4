package io.xdp4j.veth;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.xdp4j.core.channel.XdpChannel;
import io.xdp4j.core.device.NetDevice;
import java.util.List;

/// The host side of a device that only sends: through the device's Netty channels.
final class HostSender {
    private final List<XdpChannel> channels;

    private HostSender(List<XdpChannel> channels) {
        this.channels = channels;
    }

    /// Becomes the device's host side; a `HostCapture` may take the receiving part over afterwards.
    static HostSender on(NetDevice device) {
        return new HostSender(XdpChannel.open(device, new Releasing()));
    }

    /// Sends frames from one worker in one flush, and returns when they have been handed over.
    void send(int worker, byte[]... frames) {
        XdpChannel channel = channels.get(worker);
        channel.eventLoop()
                .submit(() -> {
                    for (byte[] frame : frames) {
                        var _ = channel.write(Unpooled.wrappedBuffer(frame));
                    }
                    channel.flush();
                })
                .syncUninterruptibly();
    }

    @ChannelHandler.Sharable
    private static final class Releasing extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ReferenceCountUtil.release(message);
        }
    }
}
