package io.xdp4j.packet.pcap;

import io.xdp4j.core.frame.FrameCache;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;
import org.jspecify.annotations.Nullable;

/// Copies a packet from plain memory into a frame, chaining chunks as needed.
///
/// Thread: the cache's owner.
/// Owns: the frame is the caller's.
/// Fails: null when chunks run out.
@HotPath
final class FrameFiller {
    private FrameFiller() {}

    /// A frame with the `length` bytes at `source`, at most
    /// [io.xdp4j.core.frame.ByteBufFrames#MAX_BYTES].
    static @Nullable XdpFrame fill(FrameCache cache, long source, int length) {
        XdpFrame head = cache.allocate();
        if (head == null) {
            return null;
        }
        int linear = Math.min(length, XdpFrame.LINEAR_BYTES);
        head.start(linear);
        RawMemory.copy(source, head.data(), linear);
        return length == linear ? head : chain(cache, head, source, length);
    }

    private static @Nullable XdpFrame chain(
            FrameCache cache, XdpFrame head, long source, int length) {
        XdpFrame tail = head;
        int at = head.length();
        while (at < length) {
            XdpFrame frag = cache.allocate();
            if (frag == null) {
                cache.free(head);
                return null;
            }
            frag.setData(0, Math.min(length - at, XdpFrame.CHUNK_BYTES));
            RawMemory.copy(source + at, frag.data(), frag.length());
            head.appendFrag(tail, frag);
            at += frag.length();
            tail = frag;
        }
        return head;
    }
}
