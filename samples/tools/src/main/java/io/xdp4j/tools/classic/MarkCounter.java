package io.xdp4j.tools.classic;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.xdp4j.core.frame.XdpMetadata;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;

/// Takes the packets of a device's host side and counts the marks before them.
///
/// Thread: the workers; [#counts] any.
/// Owns: each packet, which it releases.
/// Kernel: `_tc_mark` of `samples/bpf/xdp2skb_meta_kern.c`.
@ChannelHandler.Sharable
final class MarkCounter extends ChannelInboundHandlerAdapter {
    private static final int NO_METADATA = 41;

    private final ConcurrentMap<Integer, LongAdder> packets = new ConcurrentHashMap<>();

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf packet = (ByteBuf) message;
        ByteBuf meta = XdpMetadata.of(packet);
        int mark =
                meta.readableBytes() < Integer.BYTES
                        ? NO_METADATA
                        : meta.getIntLE(meta.readerIndex());
        packets.computeIfAbsent(mark, _ -> new LongAdder()).increment();
        packet.release();
    }

    /// Packets by mark.
    Map<String, Long> counts() {
        Map<String, Long> counts = new TreeMap<>();
        packets.forEach((mark, count) -> counts.put(String.valueOf(mark), count.sum()));
        return counts;
    }
}
