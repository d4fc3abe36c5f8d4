package io.xdp4j.core.offload;

import io.xdp4j.core.frame.FrameCache;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;

/// Finishes the offloads of a frame for a device that cannot.
///
/// Thread: the worker that owns the frame.
/// Kernel: `skb_checksum_help`, `skb_gso_segment`.
public final class SoftwareOffload {
    /// Most segments one frame is cut into.
    public static final int MAX_SEGMENTS = 1024;

    private static final int UDP_CHECKSUM_OFFSET = 6;

    private SoftwareOffload() {}

    /// Stores the checksum that the sender left open. False when the metadata contradict the
    /// packet, which is then unchanged.
    @HotPath
    public static boolean finishChecksum(XdpFrame frame) {
        int start = frame.checksumStart();
        int field = start + frame.checksumOffset();
        if (start < 0 || frame.checksumOffset() < 0 || field + 2 > frame.length()) {
            return false;
        }
        int sum = InternetChecksum.ofPacket(frame, start);
        boolean udp = frame.checksumOffset() == UDP_CHECKSUM_OFFSET;
        RawMemory.putShort(frame.data() + field, InternetChecksum.complement(sum, udp));
        frame.clearOffload();
        return true;
    }

    /// Cuts a GSO frame into finished segments in `out`, which must hold [#MAX_SEGMENTS].
    ///
    /// Owns: on success the segments belong to the caller and the frame is freed; on failure the
    /// frame stays with the caller.
    /// Fails: 0 when the packet contradicts its metadata, a segment does not fit a chunk, or chunks
    /// run out. Allocates two small objects a GSO frame.
    public static int segment(XdpFrame frame, FrameCache cache, XdpFrame[] out) {
        GsoHeaders headers = GsoHeaders.parse(frame);
        if (headers == null) {
            return 0;
        }
        int payload = frame.totalLength() - headers.length();
        int size = frame.gsoSize();
        int segments = (payload + size - 1) / size;
        if (payload <= 0
                || segments > MAX_SEGMENTS
                || headers.length() + Math.min(size, payload) > XdpFrame.LINEAR_BYTES) {
            return 0;
        }
        ChainReader reader = new ChainReader(frame, headers.length());
        for (int i = 0; i < segments; i++) {
            XdpFrame segment = cache.allocate();
            if (segment == null) {
                free(out, i, cache);
                return 0;
            }
            int bytes = Math.min(size, payload - i * size);
            segment.start(headers.length() + bytes);
            RawMemory.copy(frame.data(), segment.data(), headers.length());
            reader.read(segment.data() + headers.length(), bytes);
            headers.finish(segment, i, size, i == segments - 1);
            segment.setTimestampNanos(frame.timestampNanos());
            out[i] = segment;
        }
        cache.free(frame);
        return segments;
    }

    private static void free(XdpFrame[] frames, int count, FrameCache cache) {
        for (int i = 0; i < count; i++) {
            cache.free(frames[i]);
        }
    }
}
