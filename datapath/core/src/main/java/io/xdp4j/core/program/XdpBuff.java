package io.xdp4j.core.program;

import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.core.frame.XdpRxqInfo;
import io.xdp4j.core.trace.DropReason;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.ebpf.vm.XdpMd;
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
public final class XdpBuff extends XdpMd {
    private final RedirectInfo redirect = new RedirectInfo();
    private final int cpu;

    private @Nullable XdpFrame frame;
    private @Nullable XdpRxqInfo origin;
    private @Nullable DropReason dropReason;

    /// A view for the worker of that index.
    public XdpBuff(int cpu) {
        this.cpu = cpu;
    }

    // ---- the datapath's side

    /// Points the view at a frame. `egressIfindex` is 0 but for a devmap program.
    @SuppressWarnings("ReferenceEquality") // whether a store can be saved
    public void load(XdpFrame from, XdpRxqInfo rxq, int egress) {
        // Stored where they change only: this runs for each packet.
        if (frame != from) {
            frame = from;
        }
        long start = from.chunk();
        long data = from.data();
        setFrame(
                start,
                start + XdpFrame.CHUNK_BYTES,
                data,
                data + from.length(),
                data - from.metaLength());
        if (origin != rxq || egressIfindex() != egress) {
            origin = rxq;
            setOrigin(rxq.ifindex(), rxq.queueIndex(), egress);
        }
        if (dropReason != null) {
            dropReason = null;
        }
        redirect.reset();
    }

    @Override
    public void hideQueue() {
        super.hideQueue();
        origin = null;
    }

    /// Writes moved pointers back to the frame.
    public void store() {
        XdpFrame to = frame;
        if (moved() && to != null) {
            to.setData((int) (data() - hardStart()), length());
            to.setMetaLength(metaLength());
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

    /// Index of the worker that runs the program (`bpf_get_smp_processor_id`).
    public int cpu() {
        return cpu;
    }

    // ---- packet access

    /// True when the first chunk has bytes `offset..offset+bytes-1`.
    public boolean has(int offset, int bytes) {
        return offset >= 0 && data() + offset + bytes <= dataEnd();
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
        long at = data() + offset;
        if (offset < 0 || at + bytes > dataEnd()) {
            throw OutOfPacketException.INSTANCE;
        }
        return at;
    }

    // ---- metadata

    /// Four metadata bytes as the processor stores them.
    public int meta32(int offset) {
        return RawMemory.getInt(checkedMeta(offset));
    }

    public void putMeta32(int offset, int value) {
        RawMemory.putInt(checkedMeta(offset), value);
    }

    private long checkedMeta(int offset) {
        long at = dataMeta() + offset;
        if (offset < 0 || at + 4 > data()) {
            throw OutOfPacketException.INSTANCE;
        }
        return at;
    }

    // ---- helpers

    @Override
    public int redirect(int ifindex, long flags) {
        return redirect.redirect(ifindex, flags);
    }

    /// Redirects to a map's entry; the low two flag bits are the action on a miss.
    public int redirectMap(RedirectMap map, int key, long flags) {
        return redirect.redirectMap(map, key, flags);
    }

    @Override
    public int redirectMap(io.xdp4j.ebpf.map.RedirectMap map, int key, long flags) {
        return map.backend() instanceof LiveBackend live
                ? redirect.redirectMap(live.map(), key, flags)
                : XdpAction.XDP_ABORTED;
    }

    // ---- packets of several chunks

    @Override
    public int fragsLength() {
        XdpFrame of = frame;
        return of == null ? 0 : of.totalLength() - of.length();
    }

    @Override
    public long contiguous(int offset, int length) {
        XdpFrame of = frame;
        int first = length();
        if (offset + length <= first || of == null) {
            return data() + offset;
        }
        int at = offset - first;
        for (XdpFrame frag = of.nextFrag(); frag != null; frag = frag.nextFrag()) {
            if (at >= 0 && at < frag.length()) {
                return at + length <= frag.length() ? frag.data() + at : 0;
            }
            at -= frag.length();
        }
        return 0;
    }

    @Override
    protected int shrinkFrags(int bytes) {
        XdpFrame of = frame;
        return of == null ? bytes : FragTrimmer.trim(of, bytes);
    }

    /// Drops with a reason of its own in the ledger: `return xdp.drop(reason)`.
    public int drop(DropReason reason) {
        dropReason = reason;
        return XdpAction.XDP_DROP;
    }
}
