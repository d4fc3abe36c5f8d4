package io.xdp4j.core.frame;

import io.netty.buffer.ByteBuf;
import io.xdp4j.ebpf.memory.RawMemory;
import org.jspecify.annotations.Nullable;

/// Makes frames of what the host side writes.
public final class ByteBufFrames {
    /// Bytes that the longest chain holds.
    public static final int MAX_BYTES =
            XdpFrame.LINEAR_BYTES + XdpFrame.MAX_FRAGS * XdpFrame.CHUNK_BYTES;

    private ByteBufFrames() {}

    /// The buffer's frame itself where the buffer is one of ours and has no other user, a copy of
    /// its readable bytes otherwise.
    ///
    /// Thread: the cache's owner.
    /// Owns: the frame is the caller's; the caller releases the buffer before it uses the frame.
    /// Fails: null when the pool is empty or the buffer longer than [#MAX_BYTES].
    public static @Nullable XdpFrame take(ByteBuf buf, FramePool pool, FrameCache cache) {
        XdpFrame own = FrameByteBuf.detach(buf, pool);
        return own == null ? copy(buf, cache) : own;
    }

    private static @Nullable XdpFrame copy(ByteBuf buf, FrameCache cache) {
        int left = buf.readableBytes();
        XdpFrame head = left > MAX_BYTES ? null : cache.allocate();
        if (head == null) {
            return null;
        }
        int at = buf.readerIndex();
        head.start(Math.min(left, XdpFrame.LINEAR_BYTES));
        read(buf, at, head);
        XdpFrame tail = head;
        for (int done = head.length(); done < left; done += tail.length()) {
            XdpFrame frag = cache.allocate();
            if (frag == null) {
                cache.free(head);
                return null;
            }
            frag.setData(0, Math.min(left - done, XdpFrame.CHUNK_BYTES));
            read(buf, at + done, frag);
            head.appendFrag(tail, frag);
            tail = frag;
        }
        return head;
    }

    private static void read(ByteBuf buf, int at, XdpFrame part) {
        for (int i = 0; i + 8 <= part.length(); i += 8) {
            RawMemory.putLongBe(part.data() + i, buf.getLong(at + i));
        }
        for (int i = part.length() & ~7; i < part.length(); i++) {
            RawMemory.putByte(part.data() + i, buf.getByte(at + i));
        }
    }
}
