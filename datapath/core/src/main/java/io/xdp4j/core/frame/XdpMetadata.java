package io.xdp4j.core.frame;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import org.jspecify.annotations.Nullable;

/// What an XDP program and the device said of a packet, for handlers of a pipeline.
///
/// ```java
/// ByteBuf meta = XdpMetadata.of(packet);
/// int mark = meta.readableBytes() >= 4 ? meta.getIntLE(meta.readerIndex()) : 0;
/// ```
///
/// Works on the buffer that the pipeline got and on slices and duplicates of it; a copy carries the
/// packet's bytes only.
///
/// Thread: as the buffer.
/// Kernel: `skb_metadata_len`, `__sk_buff` `data_meta`.
public final class XdpMetadata {
    private XdpMetadata() {}

    /// The metadata that programs wrote before the packet; empty when there is none. A view of the
    /// packet's memory that ends with it and is not counted by itself.
    public static ByteBuf of(ByteBuf packet) {
        FrameByteBuf frame = frame(packet);
        return frame == null ? packet.slice(packet.readerIndex(), 0) : frame.metadata();
    }

    /// The queue by which the packet came in; null for a buffer that is not of a datapath.
    public static @Nullable XdpRxqInfo rxq(ByteBuf packet) {
        FrameByteBuf frame = frame(packet);
        return frame == null ? null : frame.frame().rxq();
    }

    /// Capture time in nanoseconds since the epoch, 0 when unknown.
    public static long timestampNanos(ByteBuf packet) {
        FrameByteBuf frame = frame(packet);
        return frame == null ? 0 : frame.frame().timestampNanos();
    }

    private static @Nullable FrameByteBuf frame(ByteBuf packet) {
        ByteBuf at = packet;
        while (at != null && !(at instanceof FrameByteBuf)) {
            at =
                    at instanceof CompositeByteBuf several && several.numComponents() > 0
                            ? several.internalComponent(0)
                            : at.unwrap();
        }
        return (FrameByteBuf) at;
    }
}
