package io.xdp4j.testkit.host;

import static io.xdp4j.core.program.XdpAction.XDP_ABORTED;
import static io.xdp4j.core.program.XdpAction.XDP_PASS;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.xdp4j.core.channel.XdpChannel;
import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.frame.XdpMetadata;
import io.xdp4j.core.frame.XdpRxqInfo;
import io.xdp4j.testkit.DatapathTest;
import io.xdp4j.testkit.FakeNic;
import io.xdp4j.testkit.FragsProgram;
import io.xdp4j.testkit.Frames;
import io.xdp4j.testkit.LedgerAssert;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/// XDP metadata in a device's pipeline.
@DatapathTest
final class MetadataTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    private final List<String> seen = new CopyOnWriteArrayList<>();

    /// Notes metadata and origin of what comes, read from a slice as a handler further on would.
    @ChannelHandler.Sharable
    private final class Reader extends SimpleChannelInboundHandler<ByteBuf> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf packet) {
            ByteBuf slice = packet.skipBytes(14).slice();
            ByteBuf meta = XdpMetadata.of(slice);
            XdpRxqInfo rxq = XdpMetadata.rxq(slice);
            String mark = meta.isReadable() ? " " + meta.getIntLE(meta.readerIndex()) : "";
            seen.add(meta.readableBytes() + mark + (rxq == null ? "" : " by " + rxq.ifindex()));
        }
    }

    @Test
    void reachesThePipeline(Datapath datapath) {
        FakeNic nic = FakeNic.builder(datapath, "nic0").mtu(9000).up();
        XdpChannel.open(nic, new Reader());
        nic.attach(
                FragsProgram.of(xdp -> {
                    if (xdp.length() == 60) {
                        return XDP_PASS;
                    }
                    if (xdp.adjustMeta(-8) != 0) {
                        return XDP_ABORTED;
                    }
                    xdp.putMeta32(0, 42);
                    return XDP_PASS;
                }));
        nic.inject(0, Frames.udp4(1, 60), Frames.udp4(2, 61), Frames.udp4(3, 8000));
        nic.awaitProcessed(SOON);
        LedgerAssert.settled(datapath).hasPassed(3);
        assertThat(seen).containsExactly("0 by 1001", "8 42 by 1001", "8 42 by 1001");
    }

    @Test
    void otherBuffersHaveNone() {
        ByteBuf other = Unpooled.wrappedBuffer(new byte[20]);
        assertThat(XdpMetadata.of(other).readableBytes()).isZero();
        assertThat(XdpMetadata.rxq(other)).isNull();
        assertThat(XdpMetadata.timestampNanos(other)).isZero();
        other.release();
    }
}
