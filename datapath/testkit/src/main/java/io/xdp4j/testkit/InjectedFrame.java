package io.xdp4j.testkit;

import io.xdp4j.core.frame.FrameCache;
import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.ebpf.memory.RawMemory;
import org.jspecify.annotations.Nullable;

/// A frame for [FakeNic#inject], with what a NIC may say about it beside its bytes.
///
/// Thread: immutable.
///
/// @param bytes the frame
/// @param firstChunkBytes bytes in the first chunk; the rest goes into chained ones
/// @param gsoType `VIRTIO_NET_HDR_GSO_*`
/// @param gsoSize payload bytes a segment, 0 for none
/// @param headerLength bytes before the payload of a GSO frame
/// @param checksumStart where a partial checksum starts, -1 for none
/// @param checksumOffset bytes from there to the field
/// @param timestampNanos capture time, 0 for none
@SuppressWarnings("ArrayRecordComponent") // never changed, never compared
public record InjectedFrame(
        byte[] bytes,
        int firstChunkBytes,
        int gsoType,
        int gsoSize,
        int headerLength,
        int checksumStart,
        int checksumOffset,
        long timestampNanos) {
    /// `VIRTIO_NET_HDR_GSO_TCPV4`
    public static final int GSO_TCPV4 = 1;

    /// `VIRTIO_NET_HDR_GSO_TCPV6`
    public static final int GSO_TCPV6 = 4;

    /// `VIRTIO_NET_HDR_GSO_UDP_L4`
    public static final int GSO_UDP_L4 = 5;

    /// A plain frame; in several chunks when it is longer than one holds.
    public static InjectedFrame of(byte[] bytes) {
        return new InjectedFrame(bytes, XdpFrame.LINEAR_BYTES, 0, 0, 0, -1, 0, 0);
    }

    /// Puts only so many bytes into the first chunk.
    public InjectedFrame firstChunk(int length) {
        return new InjectedFrame(
                bytes,
                length,
                gsoType,
                gsoSize,
                headerLength,
                checksumStart,
                checksumOffset,
                timestampNanos);
    }

    /// Marks the frame as a GSO frame.
    public InjectedFrame gso(int type, int size, int headers) {
        return new InjectedFrame(
                bytes,
                firstChunkBytes,
                type,
                size,
                headers,
                checksumStart,
                checksumOffset,
                timestampNanos);
    }

    /// Leaves the checksum of `start..end` at `start + offset` to the datapath.
    public InjectedFrame partialChecksum(int start, int offset) {
        return new InjectedFrame(
                bytes,
                firstChunkBytes,
                gsoType,
                gsoSize,
                headerLength,
                start,
                offset,
                timestampNanos);
    }

    public InjectedFrame timestamp(long nanos) {
        return new InjectedFrame(
                bytes,
                firstChunkBytes,
                gsoType,
                gsoSize,
                headerLength,
                checksumStart,
                checksumOffset,
                nanos);
    }

    /// The frame with a tag that the NIC had taken out, put back where the wire had it. Offsets
    /// given so far move along.
    public InjectedFrame vlan(int tpid, int tci) {
        byte[] tagged = new byte[bytes.length + 4];
        System.arraycopy(bytes, 0, tagged, 0, 12);
        tagged[12] = (byte) (tpid >>> 8);
        tagged[13] = (byte) tpid;
        tagged[14] = (byte) (tci >>> 8);
        tagged[15] = (byte) tci;
        System.arraycopy(bytes, 12, tagged, 16, bytes.length - 12);
        return new InjectedFrame(
                tagged,
                firstChunkBytes,
                gsoType,
                gsoSize,
                gsoSize == 0 ? 0 : headerLength + 4,
                checksumStart < 0 ? -1 : checksumStart + 4,
                checksumOffset,
                timestampNanos);
    }

    /// The frame in chunks of the pool; null when that runs out.
    @Nullable XdpFrame toFrame(FrameCache cache) {
        XdpFrame head = cache.allocate();
        if (head == null) {
            return null;
        }
        head.start(Math.min(bytes.length, firstChunkBytes));
        RawMemory.copyIn(bytes, 0, head.data(), head.length());
        XdpFrame tail = head;
        for (int at = head.length(); at < bytes.length; at += tail.length()) {
            XdpFrame frag = cache.allocate();
            if (frag == null) {
                cache.free(head);
                return null;
            }
            frag.setData(0, Math.min(bytes.length - at, XdpFrame.CHUNK_BYTES));
            RawMemory.copyIn(bytes, at, frag.data(), frag.length());
            head.appendFrag(tail, frag);
            tail = frag;
        }
        head.setTimestampNanos(timestampNanos);
        if (checksumStart >= 0) {
            head.setPartialChecksum(checksumStart, checksumOffset);
        }
        if (gsoSize != 0) {
            head.setGso(gsoType, gsoSize, headerLength);
        }
        return head;
    }
}
