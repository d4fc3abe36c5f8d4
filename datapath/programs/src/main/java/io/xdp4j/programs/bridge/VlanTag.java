package io.xdp4j.programs.bridge;

import io.xdp4j.core.frame.XdpFrame;
import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;

/// The 802.1Q tag behind the addresses of a frame.
///
/// Only the addresses move, and only in the first chunk: the start of the data moves with them, so
/// that checksum and segmentation positions, which count from the chunk, stay right.
///
/// Thread: the worker that owns the frame.
/// Owns: nothing.
/// Fails: by its answers.
/// Kernel: `skb_vlan_push`, `skb_vlan_pop`.
@HotPath
final class VlanTag {
    static final int ETH_P_8021Q = 0x8100;

    /// Bytes of an Ethernet header with one tag.
    static final int TAGGED_HLEN = 18;

    /// Where the tag control information is, from the start of the frame.
    static final int TCI_AT = 14;

    private static final int TYPE_AT = 12;
    private static final int TAG_BYTES = 4;

    private VlanTag() {}

    /// True when the frame with its data there carries a tag.
    static boolean isAt(long data) {
        return RawMemory.u16be(data + TYPE_AT) == ETH_P_8021Q;
    }

    static int tci(long data) {
        return RawMemory.u16be(data + TCI_AT);
    }

    /// Takes the tag out; there must be one.
    static void pop(XdpFrame frame) {
        moveStart(frame, TAG_BYTES);
    }

    /// Inserts a tag with priority 0. False when there is no headroom.
    static boolean push(XdpFrame frame, int tci) {
        if (frame.headroom() - frame.metaLength() < TAG_BYTES) {
            return false;
        }
        moveStart(frame, -TAG_BYTES);
        RawMemory.putIntBe(frame.data() + TYPE_AT, (ETH_P_8021Q << 16) | tci);
        return true;
    }

    private static void moveStart(XdpFrame frame, int delta) {
        long from = frame.data();
        long to = from + delta;
        long low = RawMemory.getLong(from);
        int high = RawMemory.getInt(from + 8);
        int meta = frame.metaLength();
        if (meta != 0) {
            RawMemory.move(from - meta, to - meta, meta);
        }
        RawMemory.putLong(to, low);
        RawMemory.putInt(to + 8, high);
        frame.setData((int) (to - frame.chunk()), frame.length() - delta);
    }
}
