package io.xdp4j.core.frame;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledDirectByteBuf;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// The host side's view of a frame: a reference-counted buffer over the chunk.
///
/// Made once per chunk, at its first PASS, and used again after each release.
///
/// Thread: any, as Netty's buffers; the last release returns the chunk, to the worker's own cache
/// when a worker releases it.
/// Owns: the frame, from [#of] to the last release or [#detach].
final class FrameByteBuf extends UnpooledDirectByteBuf {
    private static final ByteBufAllocator ALLOCATOR = UnpooledByteBufAllocator.DEFAULT;

    private final XdpFrame frame;
    private boolean detached;

    private FrameByteBuf(XdpFrame frame) {
        super(
                ALLOCATOR,
                MemorySegment.ofAddress(frame.chunk)
                        .reinterpret(XdpFrame.CHUNK_BYTES)
                        .asByteBuffer(),
                XdpFrame.CHUNK_BYTES);
        this.frame = frame;
    }

    static ByteBuf of(XdpFrame frame) {
        if (frame.nextFrag == null) {
            return single(frame);
        }
        CompositeByteBuf whole = ALLOCATOR.compositeDirectBuffer(XdpFrame.MAX_FRAGS + 1);
        XdpFrame part = frame;
        while (part != null) {
            XdpFrame next = part.nextFrag;
            part.nextFrag = null;
            whole.addComponent(true, single(part));
            part = next;
        }
        frame.fragCount = 0;
        frame.fragsLength = 0;
        return whole;
    }

    private static FrameByteBuf single(XdpFrame frame) {
        FrameByteBuf buf = frame.byteBuf;
        if (buf == null) {
            buf = new FrameByteBuf(frame);
            frame.byteBuf = buf;
        } else {
            buf.resetRefCnt();
        }
        int start = (int) (frame.data - frame.chunk);
        buf.setIndex(start, start + frame.length);
        return buf;
    }

    XdpFrame frame() {
        return frame;
    }

    /// The bytes before the packet that programs wrote.
    ByteBuf metadata() {
        int start = (int) (frame.data - frame.chunk);
        return slice(start - frame.metaLength, frame.metaLength);
    }

    /// The frame of a buffer that nobody else refers to, with the readable bytes as its data; null
    /// when it must be copied instead. The buffer's next release no longer returns the chunk.
    static @Nullable XdpFrame detach(ByteBuf buf, FramePool pool) {
        if (!(buf instanceof FrameByteBuf own)
                || own.refCnt() != 1
                || own.frame.pool != pool
                || !own.fitsGeometry()) {
            return null;
        }
        XdpFrame frame = own.frame;
        own.detached = true;
        frame.reset();
        frame.setData(own.readerIndex(), own.readableBytes());
        return frame;
    }

    private boolean fitsGeometry() {
        return readerIndex() >= XdpFrame.HEADER_BYTES
                && writerIndex() <= XdpFrame.CHUNK_BYTES - XdpFrame.TAILROOM_BYTES;
    }

    /// Cuts the indexes only: the memory stays the chunk's.
    @Override
    public ByteBuf capacity(int newCapacity) {
        checkNewCapacity(newCapacity);
        trimIndicesToCapacity(newCapacity);
        return this;
    }

    @Override
    protected void deallocate() {
        if (detached) {
            detached = false;
            return;
        }
        if (Thread.currentThread() instanceof FrameCacheOwner owner
                && owner.frameCache().serves(frame.pool)) {
            owner.frameCache().free(frame);
        } else {
            frame.pool.freeForeign(frame);
        }
    }
}
