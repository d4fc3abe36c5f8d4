package io.xdp4j.packet.pcap;

import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;
import org.jspecify.annotations.Nullable;

/// Walks the packet records of a capture file of one format.
///
/// After a true [#advance] the fields tell of the packet that was found. Nothing is allocated but
/// the text of [#damage], once, at the end.
///
/// Thread: one at a time.
abstract sealed class RecordSource permits PcapRecords, PcapngRecords {
    /// Most bytes of a packet that a record may have.
    static final int MAX_CAPTURED = PcapWriter.SNAPLEN;

    final FileWindow file;
    final long fileBytes;
    boolean bigEndian;

    /// Where the next record starts.
    long nextOffset;

    /// Where the current record starts, or the one that is damaged or cut off.
    long recordOffset;

    long dataOffset;
    int captured;
    int original;
    long timestampNanos;

    /// Whether the file ends within a record, as it does when the capturing process was killed.
    boolean truncated;

    /// What is wrong with the record at [#recordOffset]; null while nothing is.
    @Nullable String damage;

    RecordSource(FileWindow file, long fileBytes) {
        this.file = file;
        this.fileBytes = fileBytes;
    }

    /// Goes to the next packet. False at the end, after [#truncated] and [#damage] have been set
    /// where they apply.
    @HotPath
    abstract boolean advance();

    /// Goes back to before the first packet.
    abstract void rewind();

    @HotPath
    final int s32(long address) {
        return bigEndian ? RawMemory.getIntBe(address) : RawMemory.getInt(address);
    }

    @HotPath
    final long u32(long address) {
        return s32(address) & 0xffff_ffffL;
    }

    final int u16(long address) {
        int value = RawMemory.u16be(address);
        return bigEndian ? value : Short.reverseBytes((short) value) & 0xffff;
    }

    @HotPath
    final boolean endWithin() {
        truncated = recordOffset < fileBytes;
        return false;
    }

    final boolean damaged(String what) {
        damage = what;
        return false;
    }

    final boolean damagedLength(String what, long length) {
        return damaged(what + ": " + length + " bytes (expected: 0.." + MAX_CAPTURED + ")");
    }
}
