package io.xdp4j.packet.vnet;

import io.xdp4j.core.frame.ByteBufFrames;
import io.xdp4j.core.frame.FrameCache;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;
import org.jspecify.annotations.Nullable;

/// Copies packets that the kernel delivered into chunks of the pool.
@HotPath
public final class FrameCopy {
    private FrameCopy() {}

    /// A frame with the `length` bytes at `packet`; a chain when they do not fit one chunk.
    ///
    /// Fails: null when the pool is empty or the packet longer than the longest chain.
    public static @Nullable XdpFrame of(long packet, int length, FrameCache frames) {
        XdpFrame head = length > ByteBufFrames.MAX_BYTES ? null : frames.allocate();
        if (head == null) {
            return null;
        }
        int linear = Math.min(length, XdpFrame.LINEAR_BYTES);
        head.start(linear);
        RawMemory.copy(packet, head.data(), linear);
        XdpFrame tail = head;
        for (int at = linear; at < length; at += XdpFrame.CHUNK_BYTES) {
            XdpFrame frag = frames.allocate();
            if (frag == null) {
                frames.free(head);
                return null;
            }
            frag.setData(0, Math.min(length - at, XdpFrame.CHUNK_BYTES));
            RawMemory.copy(packet + at, frag.data(), frag.length());
            head.appendFrag(tail, frag);
            tail = frag;
        }
        return head;
    }
}
