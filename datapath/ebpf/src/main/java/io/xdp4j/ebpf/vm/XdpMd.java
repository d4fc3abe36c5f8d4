package io.xdp4j.ebpf.vm;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.map.RedirectMap;
import io.xdp4j.ebpf.memory.RawMemory;

/// A packet as an XDP program sees it: the context and what the helpers do to it.
///
/// ```
/// dataHardStart   dataMeta   data            dataEnd          frameEnd
///      | header 40 |  ..      | first byte .. |  tail ..       |  320 kept |
/// ```
///
/// Programs load the kernel's `struct xdp_md`, six 32-bit words; the engine turns such loads into
/// the full-width accessors of this class. The memory behind the addresses belongs to the subclass.
///
/// Thread: the CPU that runs the program; loaded anew for each packet.
/// Kernel: `struct xdp_buff` and the XDP helpers of net/core/filter.c.
@HotPath
public abstract class XdpMd {
    /// Bytes of `struct xdp_md`.
    public static final int BYTES = 24;

    /// Bytes at the start of the headroom that belong to the frame header.
    public static final int FRAME_HEADER_BYTES = 40;

    /// Bytes kept at the end of a frame (`struct skb_shared_info`).
    public static final int TAILROOM_BYTES = 320;

    private static final int ETH_HLEN = 14;
    private static final int MAX_META_BYTES = 32;

    private long hardStart;
    private int frameBytes;
    private long data;
    private long dataEnd;
    private long dataMeta;
    private int ingressIfindex;
    private int rxQueueIndex;
    private int egressIfindex;
    private boolean moved;

    /// Sets the geometry.
    ///
    /// @param hardStart first byte of the frame's memory
    /// @param frameEnd behind its last byte, tailroom included
    protected final void setFrame(
            long hardStart, long frameEnd, long data, long dataEnd, long dataMeta) {
        this.hardStart = hardStart;
        this.data = data;
        this.dataEnd = dataEnd;
        this.dataMeta = dataMeta;
        // Stored where they change only: this runs for each packet.
        int bytes = (int) (frameEnd - hardStart);
        if (frameBytes != bytes) {
            frameBytes = bytes;
        }
        if (moved) {
            moved = false;
        }
    }

    /// True when a helper has moved a pointer since the packet was loaded.
    protected final boolean moved() {
        return moved;
    }

    protected final void setOrigin(int ingressIfindex, int rxQueueIndex, int egressIfindex) {
        this.ingressIfindex = ingressIfindex;
        this.rxQueueIndex = rxQueueIndex;
        this.egressIfindex = egressIfindex;
    }

    /// Makes the queue read as 0, as a cpumap program sees it.
    public void hideQueue() {
        rxQueueIndex = 0;
    }

    // ---- struct xdp_md

    /// Address of the first byte.
    public final long data() {
        return data;
    }

    /// Address behind the last byte of the first chunk.
    public final long dataEnd() {
        return dataEnd;
    }

    /// Address of the metadata; equal to [#data] when there is none.
    public final long dataMeta() {
        return dataMeta;
    }

    public final int ingressIfindex() {
        return ingressIfindex;
    }

    public final int rxQueueIndex() {
        return rxQueueIndex;
    }

    /// The device a devmap program's packet is about to leave by; 0 elsewhere.
    public final int egressIfindex() {
        return egressIfindex;
    }

    public final long hardStart() {
        return hardStart;
    }

    /// Bytes in the first chunk.
    public final int length() {
        return (int) (dataEnd - data);
    }

    /// Metadata bytes before the packet.
    public final int metaLength() {
        return (int) (data - dataMeta);
    }

    // ---- helpers

    /// Moves the start of the packet by `delta` bytes; metadata moves along. 0 or -EINVAL.
    public final int adjustHead(int delta) {
        int meta = metaLength();
        long to = data + delta;
        if (to < hardStart + FRAME_HEADER_BYTES + meta || to > dataEnd - ETH_HLEN) {
            return -Errno.EINVAL;
        }
        if (meta != 0) {
            RawMemory.move(dataMeta, to - meta, meta);
        }
        data = to;
        dataMeta = to - meta;
        moved = true;
        return 0;
    }

    /// Moves the end of the packet by `delta` bytes; new bytes are zero. 0, -EINVAL, or -EOPNOTSUPP
    /// for growth of a packet with several chunks.
    public final int adjustTail(int delta) {
        if (fragsLength() != 0) {
            return delta > 0 ? growFrags(delta) : cutFrags(-delta);
        }
        long to = dataEnd + delta;
        if (to > hardStart + frameBytes - TAILROOM_BYTES || to < data + ETH_HLEN) {
            return -Errno.EINVAL;
        }
        if (delta > 0) {
            RawMemory.zero(dataEnd, delta);
        }
        dataEnd = to;
        moved = true;
        return 0;
    }

    private int cutFrags(int bytes) {
        if (bytes > totalLength() - ETH_HLEN) {
            return -Errno.EINVAL;
        }
        if (bytes > 0) { // -2^31 is its own negation, and cuts nothing
            dataEnd -= shrinkFrags(bytes);
        }
        moved = true;
        return 0;
    }

    /// Moves the start of the metadata by `delta` bytes: 0, -EINVAL beyond the room, -EACCES for a
    /// length that is no multiple of 4 or above [#maxMetaBytes].
    public final int adjustMeta(int delta) {
        long to = dataMeta + delta;
        if (to < hardStart + FRAME_HEADER_BYTES || to > data) {
            return -Errno.EINVAL;
        }
        long length = data - to;
        if ((length & 3) != 0 || length > maxMetaBytes()) {
            return -Errno.EACCES;
        }
        dataMeta = to;
        moved = true;
        return 0;
    }

    /// The longest metadata: what drivers of Linux 6.1 take.
    protected int maxMetaBytes() {
        return MAX_META_BYTES;
    }

    /// Bytes over all chunks (`bpf_xdp_get_buff_len`).
    public final int totalLength() {
        return length() + fragsLength();
    }

    /// `bpf_redirect`: flags must be 0, else ABORTED.
    public abstract int redirect(int ifindex, long flags);

    /// `bpf_redirect_map`: the low two flag bits are the action on a miss.
    public abstract int redirectMap(RedirectMap map, int key, long flags);

    // ---- what the device tells of the packet: 0, -EOPNOTSUPP, or -ENODATA for nothing to tell

    /// Writes the time of reception in nanoseconds (8 bytes).
    public int rxTimestamp(long time) {
        return -Errno.EOPNOTSUPP;
    }

    /// Writes the hash and what it was made from (4 bytes each).
    public int rxHash(long hash, long type) {
        return -Errno.EOPNOTSUPP;
    }

    /// Writes protocol, in network order, and tag of a VLAN (2 bytes each).
    public int rxVlanTag(long protocol, long tag) {
        return -Errno.EOPNOTSUPP;
    }

    // ---- packets of several chunks

    /// Bytes in the chunks behind the first; 0 for a linear packet.
    public int fragsLength() {
        return 0;
    }

    /// Address of packet byte `offset` when it and the `length - 1` bytes behind it lie in one
    /// chunk, else 0. The caller has checked that they lie in the packet.
    public long contiguous(int offset, int length) {
        return data + offset;
    }

    /// Takes bytes off the chunks behind the first, at most [#fragsLength]; returns how many are
    /// left to take off the first.
    protected int shrinkFrags(int bytes) {
        return bytes;
    }

    /// Grows the last chunk: 0 or a negated errno.
    protected int growFrags(int bytes) {
        return -Errno.EOPNOTSUPP;
    }
}
