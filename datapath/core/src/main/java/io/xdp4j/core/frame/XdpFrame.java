package io.xdp4j.core.frame;

import io.netty.buffer.ByteBuf;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.ebpf.vm.XdpMd;
import org.jspecify.annotations.Nullable;

/// One packet in one chunk of the pool, or the head of a chain of chunks.
///
/// ```
/// chunk                                                             chunk + 4096
///   |  header 40  |  headroom .. meta |  data (length)  |  tailroom  |  320 kept  |
/// ```
///
/// There is one object per chunk, made once with the pool. The header area is left alone, as the
/// kernel keeps its frame structure there; a program never gets at it.
///
/// Thread: its single owner. Rings hand it over with release/acquire.
/// Owns: its chunk and the chunks chained behind it ([#nextFrag]).
/// Kernel: `struct xdp_frame`, `skb_shared_info` for the chain.
public final class XdpFrame {
    /// Bytes of a chunk: one page.
    public static final int CHUNK_BYTES = 4096;

    /// Bytes before the data of a fresh frame (`XDP_PACKET_HEADROOM`).
    public static final int HEADROOM_BYTES = 256;

    /// Bytes at the start of the headroom that hold the frame header (`sizeof(struct xdp_frame)`).
    public static final int HEADER_BYTES = XdpMd.FRAME_HEADER_BYTES;

    /// Bytes kept at the end of the chunk (`sizeof(struct skb_shared_info)`).
    public static final int TAILROOM_BYTES = XdpMd.TAILROOM_BYTES;

    /// Data bytes that fit the first chunk of a fresh frame.
    public static final int LINEAR_BYTES = CHUNK_BYTES - HEADROOM_BYTES - TAILROOM_BYTES;

    /// Chunks that may be chained behind the first (`MAX_SKB_FRAGS`).
    public static final int MAX_FRAGS = 17;

    // State bits. A frame that was none but the first three needs no reset when it is freed: fields
    // written for each frame cost as much as what is done with the packet.
    static final int ALLOCATED = 1;
    private static final int HAS_RXQ = 2;
    private static final int HAS_MEM = 4;
    private static final int SKB = 8;
    private static final int CHECKSUM = 16;

    /// Something else than data in one chunk was set: [#clear] has work.
    private static final int MORE = 32;

    private static final int RECEIVED = HAS_RXQ | HAS_MEM;
    private static final int NOT_PLAIN = SKB | CHECKSUM | MORE;

    final FramePool pool;
    final long chunk;

    int state;

    long data;
    int length;
    int metaLength;

    @Nullable XdpFrame nextFrag;
    int fragsLength;
    int fragCount;

    @Nullable XdpRxqInfo rxq;
    @Nullable XdpMemInfo mem;
    long timestampNanos;

    // Offloads still to be done, as virtio_net_hdr has them; positions are offsets in the chunk, so
    // that moving the start of the data leaves them right.
    int gsoType;
    int gsoSize;
    int headersEnd;
    int csumStart;
    int csumOffset;

    int borrower;
    @Nullable FrameByteBuf byteBuf;

    XdpFrame(FramePool pool, long chunk) {
        this.pool = pool;
        this.chunk = chunk;
    }

    /// Address of the chunk's first byte.
    public long chunk() {
        return chunk;
    }

    /// Address of the first data byte.
    public long data() {
        return data;
    }

    /// Data bytes in the first chunk.
    public int length() {
        return length;
    }

    /// Data bytes over all chunks.
    public int totalLength() {
        return length + fragsLength;
    }

    /// Metadata bytes directly before the data.
    public int metaLength() {
        return metaLength;
    }

    /// Bytes before the data that a hop may use: the frame header is not counted.
    public int headroom() {
        return (int) (data - chunk) - HEADER_BYTES;
    }

    /// True for an ordinary frame of a driver: one chunk, no metadata, no offloads left, no skb. False may
    /// be said of such a frame too, when it was another.
    @HotPath
    public boolean isPlain() {
        return (state & NOT_PLAIN) == 0;
    }

    /// Next chunk of the chain; its data are the bytes after this chunk's.
    public @Nullable XdpFrame nextFrag() {
        return nextFrag;
    }

    /// True when there are bytes behind the first chunk; chunks that were emptied do not count.
    public boolean hasFrags() {
        return fragsLength != 0;
    }

    /// Chunks behind the first.
    public int fragCount() {
        return fragCount;
    }

    /// Declares the bytes directly before the data as metadata.
    public void setMetaLength(int bytes) {
        this.metaLength = bytes;
        state |= MORE;
    }

    /// The queue the packet came in by; null for one that the host side made.
    public @Nullable XdpRxqInfo rxq() {
        return (state & HAS_RXQ) == 0 ? null : rxq;
    }

    /// The memory model of the queue by which the frame came into the datapath; it stays what it is at
    /// every hop, so that the memory finds its way back. Null for what the host side made and no
    /// queue has received yet.
    public @Nullable XdpMemInfo mem() {
        return (state & HAS_MEM) == 0 ? null : mem;
    }

    /// The queue that takes the frame in; the first one lends it its memory model.
    @HotPath
    @SuppressWarnings("ReferenceEquality") // whether a store can be saved
    public void receivedBy(XdpRxqInfo queue) {
        // References are stored where they change only: each store marks a card.
        if (rxq != queue) {
            rxq = queue;
        }
        int before = state;
        if ((before & RECEIVED) == RECEIVED) {
            return;
        }
        if ((before & HAS_MEM) == 0 && mem != queue.mem()) {
            mem = queue.mem();
        }
        state = before | RECEIVED;
    }

    /// True for a packet that is past a driver, or that the host side wrote; what was redirected in a
    /// driver is none.
    ///
    /// Kernel: a `struct sk_buff` in place of a `struct xdp_frame`.
    @HotPath
    public boolean isSkb() {
        return (state & SKB) != 0;
    }

    @HotPath
    public void setSkb(boolean on) {
        state = on ? state | SKB : state & ~SKB;
    }

    /// Capture time in nanoseconds since the epoch, 0 when unknown.
    public long timestampNanos() {
        return timestampNanos;
    }

    public void setTimestampNanos(long nanos) {
        this.timestampNanos = nanos;
        state |= MORE;
    }

    /// Who outside of the datapath may write to or read from the chunk now, 0 for nobody.
    @HotPath
    public int borrower() {
        return borrower;
    }

    /// Says who may; the owner keeps the frame but must leave its bytes alone meanwhile.
    @HotPath
    public void setBorrower(int id) {
        this.borrower = id;
    }

    /// Puts the data at `offset` bytes into the chunk.
    @HotPath
    public void setData(int offset, int length) {
        this.data = chunk + offset;
        this.length = length;
    }

    /// Starts a packet of `length` bytes (at most [#LINEAR_BYTES]) behind the usual headroom.
    @HotPath
    public void start(int length) {
        this.data = chunk + HEADROOM_BYTES;
        this.length = length;
    }

    /// Chains a chunk behind this one and takes it over. `tail` is the current last chunk.
    @HotPath
    public void appendFrag(XdpFrame tail, XdpFrame frag) {
        tail.nextFrag = frag;
        tail.state |= MORE;
        fragsLength += frag.length;
        fragCount++;
        state |= MORE;
    }

    /// Chains a chunk between this one and the next.
    @HotPath
    void insertFrag(XdpFrame frag) {
        frag.nextFrag = nextFrag;
        frag.state |= MORE;
        nextFrag = frag;
        fragsLength += frag.length;
        fragCount++;
        state |= MORE;
    }

    /// Cuts the chain after `last`, which belongs to this frame, and returns the rest, which the
    /// caller now owns.
    public @Nullable XdpFrame truncateAfter(XdpFrame last) {
        XdpFrame rest = last.nextFrag;
        last.nextFrag = null;
        for (XdpFrame frag = rest; frag != null; frag = frag.nextFrag) {
            fragsLength -= frag.length;
            fragCount--;
        }
        return rest;
    }

    /// Sets a chained chunk's length and keeps the head's sum right.
    public void resizeFrag(XdpFrame frag, int length) {
        fragsLength += length - frag.length;
        frag.length = length;
    }

    // ---- offloads

    /// True when checksum or segmentation work is left to whoever transmits the frame.
    @HotPath
    public boolean hasOffload() {
        return needsChecksum() || gsoSize != 0;
    }

    public boolean needsChecksum() {
        return (state & CHECKSUM) != 0;
    }

    public boolean isGso() {
        return gsoSize != 0;
    }

    /// Payload bytes per segment, 0 when the frame is no GSO frame.
    public int gsoSize() {
        return gsoSize;
    }

    /// `VIRTIO_NET_HDR_GSO_*`.
    public int gsoType() {
        return gsoType;
    }

    /// Bytes from the first data byte to where the checksum starts.
    public int checksumStart() {
        return csumStart - (int) (data - chunk);
    }

    /// Bytes from the checksum's start to the field that takes it.
    public int checksumOffset() {
        return csumOffset;
    }

    /// Bytes of headers before the payload, as the sender said.
    public int headerLength() {
        return headersEnd - (int) (data - chunk);
    }

    /// The checksum from `start` (bytes from the data) to the end is to be stored at `start +
    /// offset`, where the pseudo header's sum stands now.
    @HotPath
    public void setPartialChecksum(int start, int offset) {
        state |= CHECKSUM;
        csumStart = (int) (data - chunk) + start;
        csumOffset = offset;
    }

    /// The payload is to be cut into segments of `size` bytes.
    @HotPath
    public void setGso(int type, int size, int headerLength) {
        gsoType = type;
        gsoSize = size;
        headersEnd = (int) (data - chunk) + headerLength;
        state |= MORE;
    }

    @HotPath
    public void clearOffload() {
        state &= ~CHECKSUM;
        gsoType = 0;
        gsoSize = 0;
    }

    /// Moves the bytes of the first chunk, and the offloads' positions with them.
    @HotPath
    void moveTo(int offset) {
        int by = offset - (int) (data - chunk);
        RawMemory.move(data, chunk + offset, length);
        data = chunk + offset;
        csumStart += by;
        headersEnd += by;
    }

    /// Takes over everything but the bytes from another frame whose data stand at the same offset.
    @HotPath
    void copyMetadataFrom(XdpFrame source) {
        metaLength = source.metaLength;
        rxq = source.rxq;
        mem = XdpMemInfo.ORDER0;
        timestampNanos = source.timestampNanos;
        gsoType = source.gsoType;
        gsoSize = source.gsoSize;
        headersEnd = source.headersEnd;
        csumStart = source.csumStart;
        csumOffset = source.csumOffset;
        state = source.state | HAS_MEM | MORE;
    }

    /// Forgets the packet; called by the pool when the frame is freed.
    @HotPath
    void clear() {
        if ((state & MORE) != 0) {
            clearMore();
        }
        state = 0;
    }

    /// Forgets the packet; the frame stays with its owner.
    void reset() {
        clear();
        state = ALLOCATED;
    }

    private void clearMore() {
        metaLength = 0;
        nextFrag = null;
        fragsLength = 0;
        fragCount = 0;
        timestampNanos = 0;
        gsoType = 0;
        gsoSize = 0;
    }

    /// Copies the whole packet out of the chain.
    public byte[] toByteArray() {
        byte[] bytes = new byte[totalLength()];
        int at = 0;
        for (XdpFrame part = this; part != null; part = part.nextFrag) {
            RawMemory.copyOut(part.data, bytes, at, part.length);
            at += part.length;
        }
        return bytes;
    }

    /// The packet as a reference-counted buffer over the same memory. The frame belongs to the
    /// buffer from here on: releasing it returns the chunks.
    public ByteBuf asByteBuf() {
        return FrameByteBuf.of(this);
    }

    @Override
    public String toString() {
        return "XdpFrame[length="
                + length
                + ", frags="
                + fragCount
                + ", headroom="
                + headroom()
                + ", meta="
                + metaLength
                + (gsoSize == 0 ? "" : ", gso=" + gsoSize)
                + "]";
    }
}
