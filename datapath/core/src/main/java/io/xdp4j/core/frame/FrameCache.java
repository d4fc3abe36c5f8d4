package io.xdp4j.core.frame;

import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;
import org.jspecify.annotations.Nullable;

/// One worker's stock of free chunks in front of the shared pool.
///
/// Two magazines of [Magazine#CHUNKS] chunks; a full or an empty one is exchanged with the pool
/// as a whole, so the shared structure is touched once per 64 frames at most.
///
/// Thread: owned by one worker.
/// Fails: [#allocate()] returns null when the pool is empty.
/// Kernel: the page pool's per-NAPI cache.
@HotPath
public final class FrameCache {
    private final FramePool pool;
    private Magazine loaded;
    private Magazine spare;
    private int loadedCount;
    private int spareCount;
    private int stock;

    @SuppressWarnings("UnusedVariable") // keeps the reads alive
    private int warmed;

    FrameCache(FramePool pool) {
        this.pool = pool;
        this.loaded = pool.takeEmpty();
        this.spare = pool.takeEmpty();
    }

    /// A chunk for a new packet, or null when there is none left.
    public @Nullable XdpFrame allocate() {
        if (loadedCount == 0 && !reload()) {
            return null;
        }
        XdpFrame frame = loaded.frames[--loadedCount];
        frame.state = XdpFrame.ALLOCATED;
        return frame;
    }

    /// Returns a packet with all its chunks.
    public void free(XdpFrame frame) {
        if (frame.isPlain()) {
            freeChunk(frame);
        } else {
            freeChain(frame);
        }
    }

    private void freeChain(XdpFrame frame) {
        XdpFrame frag = frame.nextFrag;
        freeChunk(frame);
        while (frag != null) {
            XdpFrame next = frag.nextFrag;
            freeChunk(frag);
            frag = next;
        }
    }

    /// Copies a packet with its metadata, headroom and chain; null when the pool is empty.
    ///
    /// Kernel: `xdpf_clone`.
    public @Nullable XdpFrame copyOf(XdpFrame source) {
        XdpFrame head = copyChunk(source);
        if (head == null) {
            return null;
        }
        head.copyMetadataFrom(source);
        XdpFrame tail = head;
        for (XdpFrame part = source.nextFrag; part != null; part = part.nextFrag) {
            XdpFrame copy = copyChunk(part);
            if (copy == null) {
                free(head);
                return null;
            }
            head.appendFrag(tail, copy);
            tail = copy;
        }
        return head;
    }

    /// Gives a packet the headroom of a fresh one where it has less, at the price of a copy. Metadata
    /// is lost. Bytes that then do not fit the first chunk go to one behind it.
    ///
    /// Fails: false when the pool is empty or the chain has its longest; the packet is as it was.
    /// Kernel: `pskb_expand_head` in generic XDP, `veth_convert_skb_to_xdp_buff`.
    public boolean restoreHeadroom(XdpFrame frame) {
        frame.metaLength = 0;
        if (frame.data - frame.chunk >= XdpFrame.HEADROOM_BYTES) {
            return true;
        }
        int excess = frame.length - XdpFrame.LINEAR_BYTES;
        if (excess > 0 && !moveToFrag(frame, excess)) {
            return false;
        }
        frame.moveTo(XdpFrame.HEADROOM_BYTES);
        return true;
    }

    /// Moves the last bytes of the first chunk to a new second one.
    private boolean moveToFrag(XdpFrame frame, int bytes) {
        XdpFrame frag = frame.fragCount == XdpFrame.MAX_FRAGS ? null : allocate();
        if (frag == null) {
            return false;
        }
        frame.length -= bytes;
        frag.setData(0, bytes);
        RawMemory.copy(frame.data + frame.length, frag.data, bytes);
        frame.insertFrag(frag);
        return true;
    }

    /// Brings a packet of several chunks into its first.
    ///
    /// Fails: false when it does not fit; the packet is as it was.
    /// Kernel: `skb_linearize`.
    public boolean linearize(XdpFrame frame) {
        if (frame.totalLength() > XdpFrame.LINEAR_BYTES || !restoreHeadroom(frame)) {
            return false;
        }
        frame.moveTo(XdpFrame.HEADROOM_BYTES);
        XdpFrame rest = frame.nextFrag;
        for (XdpFrame frag = rest; frag != null; frag = frag.nextFrag) {
            RawMemory.copy(frag.data, frame.data + frame.length, frag.length);
            frame.length += frag.length;
        }
        frame.nextFrag = null;
        frame.fragsLength = 0;
        frame.fragCount = 0;
        if (rest != null) {
            free(rest);
        }
        return true;
    }

    private @Nullable XdpFrame copyChunk(XdpFrame source) {
        XdpFrame copy = allocate();
        if (copy == null) {
            return null;
        }
        int meta = source.metaLength;
        int offset = (int) (source.data - source.chunk);
        copy.setData(offset, source.length);
        RawMemory.copy(source.data - meta, copy.data - meta, source.length + meta);
        return copy;
    }

    private void freeChunk(XdpFrame frame) {
        if ((frame.state & XdpFrame.ALLOCATED) == 0) {
            throw freedTwice(frame);
        }
        frame.clear();
        if (loadedCount == Magazine.CHUNKS) {
            unload();
        }
        loaded.frames[loadedCount++] = frame;
    }

    private static IllegalStateException freedTwice(XdpFrame frame) {
        return new IllegalStateException("frame freed twice: " + frame);
    }

    private boolean reload() {
        Magazine empty = loaded;
        if (spareCount > 0) {
            loaded = spare;
            loadedCount = spareCount;
            spare = empty;
            spareCount = 0;
            return true;
        }
        Magazine full = pool.exchangeEmpty(empty);
        if (full == null) {
            return false;
        }
        loaded = full;
        loadedCount = Magazine.CHUNKS;
        warm(full.frames);
        return true;
    }

    /// Another worker had these chunks last. Reading them all before the first is filled lets the
    /// cache misses overlap.
    private void warm(XdpFrame[] magazine) {
        int bytes = 0;
        for (XdpFrame frame : magazine) {
            bytes += frame.state + (frame.rxq == null ? 0 : 1); // either end of the object
            bytes += RawMemory.u8(frame.chunk + XdpFrame.HEADROOM_BYTES);
        }
        warmed = bytes;
    }

    private void unload() {
        if (spareCount == Magazine.CHUNKS) {
            spare = pool.exchangeFull(spare);
            spareCount = 0;
        }
        Magazine full = loaded;
        loaded = spare;
        loadedCount = spareCount;
        spare = full;
        spareCount = Magazine.CHUNKS;
    }

    /// Chunks that a device of this worker keeps ready for receiving, and so holds though they are
    /// free: `frames` more or fewer.
    public void addStock(int frames) {
        stock += frames;
    }

    boolean serves(FramePool other) {
        return pool == other;
    }

    /// Free chunks held here or kept ready; exact only while the owner is quiet.
    int count() {
        return loadedCount + spareCount + stock;
    }
}
