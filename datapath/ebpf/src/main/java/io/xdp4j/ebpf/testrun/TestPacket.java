package io.xdp4j.ebpf.testrun;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.map.RedirectMap;
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.ebpf.vm.XdpMd;
import java.lang.foreign.Arena;

/// The packet of a test run: one page with headroom and tailroom, and a page for each fragment.
///
/// Redirects go nowhere; the verdict tells whether they would.
///
/// Thread: the run's.
/// Owns: its memory, in the arena it was given.
/// Kernel: the `xdp_buff` of `bpf_prog_test_run_xdp`.
final class TestPacket extends XdpMd {
    static final int PAGE_BYTES = 4096;
    static final int HEADROOM_BYTES = 256;
    static final int MAX_FRAGS = 17;

    private static final int ACTION_MASK = 3;
    private static final int XDP_ABORTED = 0;
    private static final int XDP_REDIRECT = 4;
    private static final int MAX_META_BYTES = 252;

    private final Arena arena;
    private final long page;
    private final int[] fragLengths = new int[MAX_FRAGS];
    private long fragPages;
    private int frags;
    private int fragBytes;
    private boolean fragsGrow;

    TestPacket(Arena arena) {
        this.arena = arena;
        this.page = arena.allocate(PAGE_BYTES, 64).address();
    }

    /// Most bytes of metadata and packet that the first page takes.
    static int maxLinear(int metaBytes) {
        return PAGE_BYTES - HEADROOM_BYTES - TAILROOM_BYTES + metaBytes;
    }

    /// Says where the packet comes from.
    ///
    /// @param growable whether the device lets the last fragment grow
    void comesFrom(int ifindex, int queue, boolean growable) {
        setOrigin(ifindex, queue, 0);
        fragsGrow = growable;
    }

    /// Puts a packet in.
    ///
    /// @param linear bytes of the first page, metadata included
    /// @return false when there are more than 17 pages' worth of fragments
    boolean load(byte[] packet, int metaBytes, int linear) {
        long dataMeta = page + HEADROOM_BYTES - metaBytes;
        RawMemory.zero(page, PAGE_BYTES);
        RawMemory.copyIn(packet, 0, dataMeta, linear);
        setFrame(page, page + PAGE_BYTES, page + HEADROOM_BYTES, dataMeta + linear, dataMeta);
        return loadFrags(packet, linear);
    }

    private boolean loadFrags(byte[] packet, int linear) {
        frags = 0;
        fragBytes = packet.length - linear;
        if (fragBytes > MAX_FRAGS * PAGE_BYTES) {
            return false;
        }
        if (fragBytes > 0 && fragPages == 0) {
            fragPages = arena.allocate((long) MAX_FRAGS * PAGE_BYTES, PAGE_BYTES).address();
        }
        for (int at = linear; at < packet.length; at += PAGE_BYTES) {
            int length = Math.min(PAGE_BYTES, packet.length - at);
            RawMemory.zero(fragPage(frags), PAGE_BYTES);
            RawMemory.copyIn(packet, at, fragPage(frags), length);
            fragLengths[frags++] = length;
        }
        return true;
    }

    private long fragPage(int index) {
        return fragPages + (long) index * PAGE_BYTES;
    }

    /// Metadata, packet and fragments behind each other.
    byte[] bytes() {
        int linear = metaLength() + length();
        byte[] all = new byte[linear + fragBytes];
        RawMemory.copyOut(dataMeta(), all, 0, linear);
        for (int i = 0, at = linear; i < frags; at += fragLengths[i++]) {
            RawMemory.copyOut(fragPage(i), all, at, fragLengths[i]);
        }
        return all;
    }

    @Override
    protected int maxMetaBytes() {
        return MAX_META_BYTES;
    }

    @Override
    public int redirect(int ifindex, long flags) {
        return flags == 0 ? XDP_REDIRECT : XDP_ABORTED;
    }

    @Override
    public int redirectMap(RedirectMap map, int key, long flags) {
        if ((flags & ~(ACTION_MASK | map.redirectFlags())) != 0) {
            return XDP_ABORTED;
        }
        boolean found = map.hasEntry(key) || (flags & RedirectMap.BROADCAST) != 0;
        return found ? XDP_REDIRECT : (int) flags & ACTION_MASK;
    }

    @Override
    public int fragsLength() {
        return fragBytes;
    }

    @Override
    public long contiguous(int offset, int length) {
        int before = length();
        if (offset < before) {
            return offset + length <= before ? data() + offset : 0;
        }
        for (int i = 0; i < frags; i++) {
            if (offset < before + fragLengths[i]) {
                int within = offset - before;
                return within + length <= fragLengths[i] ? fragPage(i) + within : 0;
            }
            before += fragLengths[i];
        }
        return length == 0 ? data() : 0;
    }

    @Override
    protected int shrinkFrags(int bytes) {
        int left = bytes;
        while (left > 0 && frags > 0) {
            int cut = Math.min(left, fragLengths[frags - 1]);
            fragLengths[frags - 1] -= cut;
            fragBytes -= cut;
            left -= cut;
            if (fragLengths[frags - 1] == 0) {
                frags--;
            }
        }
        return left;
    }

    @Override
    protected int growFrags(int bytes) {
        if (!fragsGrow) {
            return -Errno.EOPNOTSUPP;
        }
        int length = fragLengths[frags - 1];
        if (bytes > PAGE_BYTES - length) {
            return -Errno.EINVAL;
        }
        RawMemory.zero(fragPage(frags - 1) + length, bytes);
        fragLengths[frags - 1] += bytes;
        fragBytes += bytes;
        return 0;
    }
}
