package io.xdp4j.packet.pcap;

import io.xdp4j.ebpf.HotPath;

/// The records of a classic pcap file, of microseconds or nanoseconds, of either byte order.
///
/// ```
/// 0 magic | 4 major, minor | 8 zone | 12 accuracy | 16 snaplen | 20 link type
/// 0 seconds | 4 fraction | 8 captured | 12 original | 16 packet
/// ```
final class PcapRecords extends RecordSource {
    static final int MAGIC_MICROS = 0xa1b2_c3d4;
    static final int MAGIC_NANOS = 0xa1b2_3c4d;

    private static final int FILE_HEADER = 24;
    private static final int RECORD_HEADER = 16;
    private static final int LINK_TYPE_MASK = 0xffff;
    private static final long NANOS = 1_000_000_000;

    private final long nanosPerFraction;

    PcapRecords(FileWindow file, long fileBytes, boolean bigEndian, boolean nanos) {
        super(file, fileBytes);
        this.bigEndian = bigEndian;
        this.nanosPerFraction = nanos ? 1 : 1000;
        this.nextOffset = FILE_HEADER;
        checkHeader();
    }

    private void checkHeader() {
        long header = file.at(0, FILE_HEADER);
        if (header == 0) {
            damaged("file header: " + fileBytes + " bytes (expected: " + FILE_HEADER + ")");
            return;
        }
        int major = u16(header + 4);
        int linkType = s32(header + 20) & LINK_TYPE_MASK;
        if (major != 2) {
            damaged("pcap version: " + major + "." + u16(header + 6) + " (expected: 2.x)");
        } else if (linkType != PcapngRecords.LINKTYPE_ETHERNET) {
            damaged(PcapngRecords.wrongLinkType(linkType));
        }
    }

    @HotPath
    @Override
    boolean advance() {
        recordOffset = nextOffset;
        long header = file.at(nextOffset, RECORD_HEADER);
        if (header == 0) {
            return endWithin();
        }
        captured = s32(header + 8);
        if (captured < 0 || captured > MAX_CAPTURED) {
            return damagedLength("record", u32(header + 8));
        }
        dataOffset = nextOffset + RECORD_HEADER;
        nextOffset = dataOffset + captured;
        if (nextOffset > fileBytes) {
            return endWithin();
        }
        // An original length with the top bit set is longer than any frame; all that counts is that
        // the frame is not whole.
        original = s32(header + 12) < 0 ? Integer.MAX_VALUE : s32(header + 12);
        timestampNanos = u32(header) * NANOS + u32(header + 4) * nanosPerFraction;
        return true;
    }

    @Override
    void rewind() {
        nextOffset = FILE_HEADER;
    }
}
