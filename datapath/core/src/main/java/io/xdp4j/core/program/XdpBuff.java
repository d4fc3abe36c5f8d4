package io.xdp4j.core.program;

import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.frame.XdpRxqInfo;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;
import org.jspecify.annotations.Nullable;

/// The packet as a program sees it while it runs, with the helpers of an XDP program.
///
/// ```
/// dataHardStart   dataMeta   data            dataEnd          frameEnd
///      | header 40 |  ..      | first byte .. |  tail ..       |  320 kept |
/// ```
///
/// The accessors [#u8], [#u16], [#s32] and so on take an offset from `data` and check it against
/// `dataEnd`; values are in network order unless the name says otherwise. With several chunks they
/// reach the first one only.
///
/// Thread: the worker that runs the program; one object a worker, loaded anew for each packet.
/// Kernel: `struct xdp_buff` and the XDP helpers.
@HotPath
public final class XdpBuff {
    /// `EINVAL`
    private static final int EINVAL = 22;

    private static final int EACCES = 13;
    private static final int EOPNOTSUPP = 95;
    private static final int ETH_HLEN = 14;
    private static final int MAX_META_BYTES = 32;

    private final RedirectInfo redirect = new RedirectInfo();
    private final int cpu;

    private long hardStart;
    private long data;
    private long dataEnd;
    private long dataMeta;
    private int egressIfindex;
    private int queueIndex;
    private int ingressIfindex;
    private @Nullable XdpFrame frame;
    private @Nullable DropReason dropReason;

    /// A view for the worker of that index.
    public XdpBuff(int cpu) {
        this.cpu = cpu;
    }

    // ---- the datapath's side

    /// Points the view at a frame. `egressIfindex` is 0 but for a devmap program.
    public void load(XdpFrame from, XdpRxqInfo rxq, int egress) {
        frame = from;
        hardStart = from.chunk();
        data = from.data();
        dataEnd = data + from.length();
        dataMeta = data - from.metaLength();
        ingressIfindex = rxq.ifindex();
        queueIndex = rxq.queueIndex();
        egressIfindex = egress;
        dropReason = null;
        redirect.reset();
    }

    /// Makes the queue read as 0, as a cpumap program sees it.
    public void hideQueue() {
        queueIndex = 0;
    }

    /// Writes moved pointers back to the frame.
    public void store() {
        XdpFrame to = frame;
        if (to != null) {
            to.setData((int) (data - hardStart), (int) (dataEnd - data));
            to.setMetaLength((int) (data - dataMeta));
        }
    }

    /// The redirect record of this run.
    public RedirectInfo redirectInfo() {
        return redirect;
    }

    /// The reason given by [#drop(DropReason)] in this run, if any.
    public @Nullable DropReason dropReason() {
        return dropReason;
    }

    // ---- context: struct xdp_md

    /// Address of the first byte.
    public long data() {
        return data;
    }

    /// Address behind the last byte of the first chunk.
    public long dataEnd() {
        return dataEnd;
    }

    /// Address of the metadata; equal to [#data] when there is none.
    public long dataMeta() {
        return dataMeta;
    }

    /// Bytes in the first chunk.
    public int length() {
        return (int) (dataEnd - data);
    }

    /// Bytes over all chunks (`bpf_xdp_get_buff_len`).
    public int totalLength() {
        XdpFrame of = frame;
        return of == null ? length() : length() + of.totalLength() - of.length();
    }

    public int ingressIfindex() {
        return ingressIfindex;
    }

    public int rxQueueIndex() {
        return queueIndex;
    }

    /// The device a devmap program's packet is about to leave by; 0 elsewhere.
    public int egressIfindex() {
        return egressIfindex;
    }

    /// Index of the worker that runs the program (`bpf_get_smp_processor_id`).
    public int cpu() {
        return cpu;
    }

    // ---- packet access

    /// True when the first chunk has bytes `offset..offset+bytes-1`.
    public boolean has(int offset, int bytes) {
        return offset >= 0 && data + offset + bytes <= dataEnd;
    }

    public int u8(int offset) {
        return RawMemory.u8(checked(offset, 1));
    }

    public int u16(int offset) {
        return RawMemory.u16be(checked(offset, 2));
    }

    public int s32(int offset) {
        return RawMemory.getIntBe(checked(offset, 4));
    }

    /// Four bytes as the processor loads them (little-endian), as hashes over raw words want it.
    public int s32le(int offset) {
        return RawMemory.getInt(checked(offset, 4));
    }

    /// A MAC address in the low 48 bits.
    public long mac(int offset) {
        long at = checked(offset, 6);
        return ((long) RawMemory.u16be(at) << 32) | (RawMemory.getIntBe(at + 2) & 0xffff_ffffL);
    }

    public void putU8(int offset, int value) {
        RawMemory.putByte(checked(offset, 1), value);
    }

    public void putU16(int offset, int value) {
        RawMemory.putShortBe(checked(offset, 2), value);
    }

    public void putS32(int offset, int value) {
        RawMemory.putIntBe(checked(offset, 4), value);
    }

    public void putMac(int offset, long mac) {
        long at = checked(offset, 6);
        RawMemory.putShortBe(at, (int) (mac >>> 32));
        RawMemory.putIntBe(at + 2, (int) mac);
    }

    /// Exchanges source and destination MAC.
    public void swapMacs() {
        long at = checked(0, 12);
        long low = RawMemory.getLong(at);
        int high = RawMemory.getInt(at + 8);
        long source = (low >>> 48) | ((high & 0xffff_ffffL) << 16);
        RawMemory.putLong(at, source | (low << 48));
        RawMemory.putInt(at + 8, (int) (low >>> 16));
    }

    private long checked(int offset, int bytes) {
        long at = data + offset;
        if (offset < 0 || at + bytes > dataEnd) {
            throw OutOfPacketException.INSTANCE;
        }
        return at;
    }

    // ---- metadata

    /// Metadata bytes before the packet.
    public int metaLength() {
        return (int) (data - dataMeta);
    }

    /// Four metadata bytes as the processor stores them.
    public int meta32(int offset) {
        return RawMemory.getInt(checkedMeta(offset));
    }

    public void putMeta32(int offset, int value) {
        RawMemory.putInt(checkedMeta(offset), value);
    }

    private long checkedMeta(int offset) {
        long at = dataMeta + offset;
        if (offset < 0 || at + 4 > data) {
            throw OutOfPacketException.INSTANCE;
        }
        return at;
    }

    // ---- helpers

    /// Moves the start of the packet by `delta` bytes; metadata moves along. 0 or -EINVAL.
    public int adjustHead(int delta) {
        int meta = metaLength();
        long to = data + delta;
        if (to < hardStart + XdpFrame.HEADER_BYTES + meta || to > dataEnd - ETH_HLEN) {
            return -EINVAL;
        }
        if (meta != 0) {
            RawMemory.move(dataMeta, to - meta, meta);
        }
        data = to;
        dataMeta = to - meta;
        return 0;
    }

    /// Moves the end of the packet by `delta` bytes; new bytes are zero. 0, -EINVAL, or -EOPNOTSUPP
    /// for growth of a packet with several chunks.
    public int adjustTail(int delta) {
        XdpFrame of = frame;
        if (of != null && of.hasFrags()) {
            return delta > 0 ? -EOPNOTSUPP : shrinkFrags(of, -delta);
        }
        long to = dataEnd + delta;
        long limit = hardStart + XdpFrame.CHUNK_BYTES - XdpFrame.TAILROOM_BYTES;
        if (to > limit || to < data + ETH_HLEN) {
            return -EINVAL;
        }
        if (delta > 0) {
            RawMemory.zero(dataEnd, delta);
        }
        dataEnd = to;
        return 0;
    }

    private int shrinkFrags(XdpFrame of, int bytes) {
        if (totalLength() - bytes < ETH_HLEN) {
            return -EINVAL;
        }
        int left = FragTrimmer.trim(of, bytes);
        dataEnd -= left;
        return 0;
    }

    /// Moves the start of the metadata by `delta` bytes: 0, -EINVAL beyond the room, -EACCES for a
    /// length that is no multiple of 4 or above 32.
    public int adjustMeta(int delta) {
        long to = dataMeta + delta;
        if (to < hardStart + XdpFrame.HEADER_BYTES || to > data) {
            return -EINVAL;
        }
        long length = data - to;
        if ((length & 3) != 0 || length > MAX_META_BYTES) {
            return -EACCES;
        }
        dataMeta = to;
        return 0;
    }

    /// Redirects to a device; flags must be 0, else ABORTED.
    public int redirect(int ifindex, long flags) {
        return redirect.redirect(ifindex, flags);
    }

    /// Redirects to a map's entry; the low two flag bits are the action on a miss.
    public int redirectMap(RedirectMap map, int key, long flags) {
        return redirect.redirectMap(map, key, flags);
    }

    /// Drops with a reason of its own in the ledger: `return xdp.drop(reason)`.
    public int drop(DropReason reason) {
        dropReason = reason;
        return XdpAction.XDP_DROP;
    }
}
